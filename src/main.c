#include <unistd.h>

#include "cli/command.h"
#include "message/message.h"
#include "reader/child.h"

int main(int argc, char **argv)
{
	int status = reader_child_main(argc, argv);

	if (status < 0)
		status = message_child_main(argc, argv);
	/* Such a child has set up nothing that exit handlers could tidy. */
	if (status >= 0)
		_exit(status);
	return command_main(argc, argv);
}
