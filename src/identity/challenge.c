#include "identity/challenge.h"

#include <string.h>

#define LIFE_US (INT64_C(300) * 1000000)

void challenge_put(struct challenge list[CHALLENGES], const uint8_t session[HASH_SIZE],
		   int64_t now_us, uint8_t ret[CHALLENGE_BYTES])
{
	struct challenge *place = &list[0];
	size_t i;

	for (i = 0; i < CHALLENGES; i++) {
		if (list[i].until && memcmp(list[i].session, session, HASH_SIZE) == 0) {
			place = &list[i];
			break;
		}
		if (list[i].until < place->until)
			place = &list[i];
	}
	memcpy(place->session, session, HASH_SIZE);
	random_bytes(place->bytes, sizeof place->bytes);
	place->until = now_us + LIFE_US;
	memcpy(ret, place->bytes, CHALLENGE_BYTES);
}

bool challenge_take(struct challenge list[CHALLENGES], const uint8_t session[HASH_SIZE],
		    int64_t now_us, uint8_t ret[CHALLENGE_BYTES])
{
	size_t i;

	for (i = 0; i < CHALLENGES; i++) {
		bool found =
			list[i].until > now_us && memcmp(list[i].session, session, HASH_SIZE) == 0;

		if (!found)
			continue;
		memcpy(ret, list[i].bytes, CHALLENGE_BYTES);
		bytes_wipe(&list[i], sizeof list[i]);
		return true;
	}
	return false;
}
