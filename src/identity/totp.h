/* RFC 6238 inside identity: which time step a code belongs to. */
#ifndef DAICHO_IDENTITY_TOTP_H
#define DAICHO_IDENTITY_TOTP_H

#include <stdbool.h>
#include <stdint.h>

#define TOTP_CODE_SIZE 7 /* six digits and NUL */

/* The code of one 30 s step. False if the secret is no base32. */
bool totp_code(const char *secret_base32, int64_t step, char ret[TOTP_CODE_SIZE]);
/* True if `code` (as typed, full width and spaces allowed) is that of the step of
 * now_us or one of its neighbours; *ret_step is which. */
bool totp_match(const char *secret_base32, const char *code, int64_t now_us, int64_t *ret_step);
/* True for base32 of 16 to 64 bytes. */
bool totp_secret_valid(const char *secret_base32);

#endif
