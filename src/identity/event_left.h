/*
 * Events of processes that may not write, because another one (as a rule the server) does.
 * They are left as files in the data folder, each complete and on disk, and come into the
 * log with the next look of whoever writes: the server looks every second, every other
 * command when it begins. Only what hands out or refuses is taken from there: a file proves
 * nothing about who wrote it, and must not tell of sign-ins or alarms.
 */
#ifndef DAICHO_IDENTITY_EVENT_LEFT_H
#define DAICHO_IDENTITY_EVENT_LEFT_H

#include "identity/event.h"

/* Leaves an event in `folder`, the data folder, and waits until it is on disk. What root leaves
 * belongs to the owner of the folder, who takes it. ERR_IO. */
int event_leave(const char *folder, const struct actor *who, const struct event *e,
		struct err *err);
/* Writes what was left into the log, each once. The number of events written. What makes no sense
 * is put aside and said in the service log. ERR_IO when the folder or a file cannot be read: that
 * one waits, the others are written all the same. */
int events_take_left(struct store *s, struct err *err);

#endif
