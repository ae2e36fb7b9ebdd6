#include "cli/command.h"
#include "pack/pack.h"
#include "reader/child.h"

int main(int argc, char **argv)
{
	int status = reader_child_main(argc, argv);

	if (status < 0)
		status = pack_child_main(argc, argv);
	return status < 0 ? command_main(argc, argv) : status;
}
