#include "identity/device.h"

#include <stdio.h>
#include <string.h>

#include "base/fold.h"
#include "base/hash.h"

#define ID_HEX (DEVICE_ID_SIZE - 1)
#define TAG_HEX 16

/* "<32 hex>" and any number of ".<16 hex>". */
static bool well_formed(const char *cookie)
{
	static const char hex[] = "0123456789abcdef";

	if (!cookie || strlen(cookie) >= DEVICE_COOKIE_SIZE || strspn(cookie, hex) != ID_HEX)
		return false;
	for (cookie += ID_HEX; *cookie; cookie += 1 + TAG_HEX)
		if (*cookie != '.' || strspn(cookie + 1, hex) != TAG_HEX)
			return false;
	return true;
}

static void tag_of(struct store *s, const char *id, const char *login, char ret[TAG_HEX + 1])
{
	char text[256], tag[33];

	snprintf(text, sizeof text, "%.*s\n%s", ID_HEX, id, login);
	store_tag(s, "device", 0, text, tag);
	snprintf(ret, TAG_HEX + 1, "%.*s", TAG_HEX, tag);
}

bool device_known(struct store *s, const char *cookie, const char *login,
		  char ret_id[DEVICE_ID_SIZE])
{
	char tag[TAG_HEX + 1];
	bool known = false;
	const char *p;

	if (!well_formed(cookie))
		return false;
	tag_of(s, cookie, login, tag);
	for (p = cookie + ID_HEX; *p; p += 1 + TAG_HEX)
		known |= bytes_equal(p + 1, tag, TAG_HEX);
	snprintf(ret_id, DEVICE_ID_SIZE, "%.*s", ID_HEX, cookie);
	return known;
}

void device_remember(struct store *s, const char *cookie, const char *login,
		     char ret[DEVICE_COOKIE_SIZE])
{
	char key[129], tag[TAG_HEX + 1], fresh[DEVICE_ID_SIZE];
	uint8_t random[ID_HEX / 2];
	const char *p;
	size_t n;

	if (!well_formed(cookie)) {
		random_bytes(random, sizeof random);
		hex_encode(random, sizeof random, fresh);
		cookie = fresh;
	}
	if (fold_key(login, key, sizeof key) < 0)
		key[0] = '\0';
	tag_of(s, cookie, key, tag);
	n = (size_t)snprintf(ret, DEVICE_COOKIE_SIZE, "%.*s.%s", ID_HEX, cookie, tag);
	for (p = cookie + ID_HEX; *p; p += 1 + TAG_HEX) {
		if (n + 1 + TAG_HEX >= DEVICE_COOKIE_SIZE || strncmp(p + 1, tag, TAG_HEX) == 0)
			continue;
		n += (size_t)snprintf(ret + n, DEVICE_COOKIE_SIZE - n, "%.*s", 1 + TAG_HEX, p);
	}
}
