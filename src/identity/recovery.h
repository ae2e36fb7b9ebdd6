/*
 * Codes that stand in for a second factor: ten recovery codes a person keeps on paper,
 * and the bypass code somebody gives them after checking who they are. 80 random bits
 * each, so that a salted SHA-256 guards the recovery codes. Inside identity only.
 */
#ifndef DAICHO_IDENTITY_RECOVERY_H
#define DAICHO_IDENTITY_RECOVERY_H

#include "identity/credentials.h"

#define SPARE_CODE_SIZE 20 /* "abcd-efgh-jkmn-pqrs" and NUL */

/* A random code that can be read aloud. */
void spare_code_new(char ret[SPARE_CODE_SIZE]);
/* A code as typed, brought to 16 letters and digits: case, width, dashes and spaces do
 * not matter. False if it is none. */
bool spare_code_key(const char *typed, char ret[SPARE_CODE_SIZE]);
/* What is kept of a code (key form) of this account. */
void recovery_hash(const char *account, const char *key, char ret[RECOVERY_HASH_SIZE]);
/* Index of the unused code, or -1. */
int recovery_find(const struct credentials *cred, const char *account, const char *key);
/* Takes code i away. */
void recovery_use(struct credentials *cred, int i);

#endif
