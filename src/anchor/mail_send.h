/* Sending one message by SMTP, always encrypted. */
#ifndef DAICHO_ANCHOR_MAIL_SEND_H
#define DAICHO_ANCHOR_MAIL_SEND_H

#include "anchor/settings.h"

/* Appends a message with the note as text and as attached file. Lines end in CR LF. */
int mail_write(const struct anchor_settings *set, const char *org, const char *origin,
	       uint64_t size, const struct buf *note, struct buf *ret, struct err *err);
/* Hands it to the configured server: smtps://, or smtp:// with STARTTLS, which must
 * succeed. ERR_IO names what to look at, never user nor password. */
int mail_send(const struct anchor_settings *set, const struct buf *message, struct err *err);

#endif
