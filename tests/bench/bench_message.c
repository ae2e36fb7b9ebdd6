/* Reads ATNA messages of 1 kB out of syslog frames through one child. usage: bench_message SECONDS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "message/message.h"

#define COUNT 512

static const char form[] =
	"<85>1 2026-11-20T10:00:01.%06d+09:00 emr1 app 77 IHE+RFC-3881 "
	"[meta sequenceId=\"%d\"] "
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?><AuditMessage><EventIdentification "
	"EventActionCode=\"R\" EventDateTime=\"2026-11-20T10:00:01.%06d+09:00\" "
	"EventOutcomeIndicator=\"0\"><EventID csd-code=\"110110\" codeSystemName=\"DCM\" "
	"originalText=\"Patient Record\"/></EventIdentification><ActiveParticipant "
	"UserID=\"dr%04d\" UserIsRequestor=\"true\" NetworkAccessPointID=\"192.0.2.7\" "
	"NetworkAccessPointTypeCode=\"2\"><RoleIDCode csd-code=\"110153\" codeSystemName=\"DCM\" "
	"originalText=\"Source Role ID\"/></ActiveParticipant><AuditSourceIdentification "
	"AuditSourceID=\"EMR1\"><AuditSourceTypeCode csd-code=\"4\" codeSystemName=\"DCM\" "
	"originalText=\"Application Server\"/></AuditSourceIdentification>"
	"<ParticipantObjectIdentification ParticipantObjectID=\"%08d\" "
	"ParticipantObjectTypeCode=\"1\" ParticipantObjectTypeCodeRole=\"1\">"
	"<ParticipantObjectIDTypeCode csd-code=\"2\" codeSystemName=\"RFC-3881\" "
	"originalText=\"Patient Number\"/></ParticipantObjectIdentification></AuditMessage>";

/* Microseconds of processor time for each message: on a busy machine the rate says little. */
static double cost(int who, size_t done)
{
	struct rusage u;

	getrusage(who, &u);
	return ((double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
		(double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec)) /
	       (double)done;
}

int main(int argc, char **argv)
{
	static char text[COUNT][2048];
	struct message_input in[COUNT];
	struct parser *p;
	struct err err;
	size_t bytes = 0, done = 0;
	int64_t since, for_us;
	int status = message_child_main(argc, argv);

	if (status >= 0)
		_exit(status);
	for (int i = 0; i < COUNT; i++) {
		snprintf(text[i], sizeof text[i], form, i, i, i, i, i);
		in[i] = (struct message_input){ MESSAGE_AUTO, text[i], strlen(text[i]) };
		bytes += in[i].len;
	}
	if (parser_new(&p, &err) < 0)
		return 3;
	for_us = (argc > 1 ? strtol(argv[1], NULL, 10) : 3) * INT64_C(1000000);
	for (since = clock_mono_us(); clock_mono_us() - since < for_us; done += COUNT) {
		struct arena a;
		struct message *m;
		size_t n;

		arena_init(&a, 0);
		if (parser_run(p, in, COUNT, &a, &m, &n, &err) < 0 || n != COUNT ||
		    m[7].action != MESSAGE_VIEW)
			return 1;
		arena_release(&a);
	}
	since = clock_mono_us() - since;
	printf("messages of %zu bytes: %.0f/s\n", bytes / COUNT,
	       (double)done * 1e6 / (double)since);
	parser_free(p);
	printf("processor time of a message: child %.1f us, parent %.1f us\n",
	       cost(RUSAGE_CHILDREN, done), cost(RUSAGE_SELF, done));
	return 0;
}
