/* What callers ask of messages and files beside reading them. */
#include <string.h>

#include "base/canon.h"
#include "message/message.h"

static const char *text_at(const json_t *row, size_t i, struct arena *a)
{
	const char *s = json_string_value(json_array_get(row, i));

	return arena_strdup(a, s ? s : "");
}

int message_fields(const struct message *m, struct arena *arena, struct message_field **ret,
		   size_t *ret_count, struct err *err)
{
	json_t *detail, *fields;
	size_t n;

	*ret = NULL;
	*ret_count = 0;
	if (json_read(m->detail, m->detail_len, &detail, err) < 0)
		return ERR_CORRUPT;
	fields = json_object_get(detail, "fields");
	n = json_array_size(fields);
	*ret = arena_calloc(arena, n ? n : 1, sizeof **ret);
	for (size_t i = 0; *ret && i < n; i++) {
		(*ret)[i].name = text_at(json_array_get(fields, i), 0, arena);
		(*ret)[i].value = text_at(json_array_get(fields, i), 1, arena);
	}
	*ret_count = n;
	json_decref(detail);
	return arena_failed(arena) ? err_nomem(err) : 0;
}

/* Behind the last whole event; in UTF-16LE the same with a NUL behind each character. */
static size_t last_event(const char *bytes, size_t want)
{
	static const char close[] = "</Event>", wide[] = "<\0/\0E\0v\0e\0n\0t\0>";
	bool is_wide = want > 1 && (bytes[1] == '\0' || memcmp(bytes, "\xFF\xFE", 2) == 0);
	size_t n = is_wide ? sizeof wide : sizeof close - 1;

	for (size_t at = want; at >= n; at--)
		if (memcmp(bytes + at - n, is_wide ? wide : close, n) == 0)
			return at;
	return 0;
}

size_t message_cut(enum message_format format, const void *bytes, size_t len, size_t want)
{
	const char *s = bytes, *line;

	if (len <= want)
		want = len;
	if (format == MESSAGE_WINDOWS)
		return last_event(s, want);
	/* One object or message is an input of its own. */
	if (format == MESSAGE_FHIR || format == MESSAGE_ATNA)
		return len <= want ? len : 0;
	line = memrchr(s, '\n', want);
	return line ? (size_t)(line - s) + 1 : 0;
}
