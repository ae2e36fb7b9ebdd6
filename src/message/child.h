/* The other end of parser_run(): the program started again to read messages. */
#ifndef DAICHO_MESSAGE_CHILD_H
#define DAICHO_MESSAGE_CHILD_H

#define MESSAGE_CHILD_ARG "--message-child"
#define MESSAGE_CHILD_ENV "DAICHO_MESSAGE_CHILD"

/* Misbehaviour on demand behind the lock, asked for in place of a format by a parser that was
 * made for it: how tests prove that the lock holds and that the parent believes nothing. */
enum message_probe {
	MESSAGE_PROBE_NONE = 100,
	MESSAGE_PROBE_CRASH,
	MESSAGE_PROBE_SPIN,
	MESSAGE_PROBE_GARBAGE,
	MESSAGE_PROBE_OPEN,
	MESSAGE_PROBE_SOCKET,
	MESSAGE_PROBE_MEMORY,
	MESSAGE_PROBE_DRIP,
	MESSAGE_PROBES
};

struct parser;
struct err;

/* parser_new for tests: with probes, and with few seconds for each input. */
int parser_new_probing(struct parser **ret, unsigned seconds, struct err *err);

#endif
