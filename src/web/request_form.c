/* Typed values of form fields, with the messages people see. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fold.h"
#include "web/request.h"

static int missing(const char *name, const char *label, struct err *err)
{
	return err_field(err, ERR_INVALID, name, "「%s」を入力してください", label);
}

/* White space as people type it: ASCII and the full-width space. */
static size_t space_at(const char *s)
{
	if (*s && strchr(" \t\r\n", *s))
		return 1;
	return strncmp(s, "\xE3\x80\x80", 3) ? 0 : 3;
}

/* Copies without surrounding white space; line ends become "\n". */
static char *trimmed(struct arena *a, const char *s)
{
	size_t skip, len, n = 0, i;
	char *copy;

	while ((skip = space_at(s)))
		s += skip;
	len = strlen(s);
	while (len && (space_at(s + len - 1) == 1 || (len >= 3 && space_at(s + len - 3) == 3)))
		len -= space_at(s + len - 1) == 1 ? 1 : 3;
	copy = arena_strndup(a, s, len);
	for (i = 0; copy && i < len; i++) {
		if (copy[i] == '\r' && copy[i + 1] == '\n')
			continue;
		copy[n++] = copy[i] == '\r' ? '\n' : copy[i];
	}
	if (copy)
		copy[n] = '\0';
	return copy;
}

int req_form_text(struct request *req, const char *name, const char *label, size_t max_chars,
		  bool required, bool multiline, const char **ret, struct err *err)
{
	const char *sent = req_form(req, name);
	char *text = sent ? trimmed(req_arena(req), sent) : NULL;

	if (sent && !text)
		return err_nomem(err);
	if (!text || !*text)
		return required ? missing(name, label, err) : 0;
	if (text_has_control(text, multiline))
		return err_field(err, ERR_INVALID, name,
				 "「%s」に使えない文字（制御文字%s）があります。"
				 "消してから入力し直してください",
				 label, multiline ? "" : "や改行");
	if (utf8_length(text) > max_chars)
		return err_field(err, ERR_INVALID, name,
				 "「%s」は%zu文字までです（今は%zu文字）。短くしてください", label,
				 max_chars, utf8_length(text));
	*ret = text;
	return 1;
}

/* Digits as people type them: full-width and with separators, to ASCII. */
static bool plain_number(const char *s, char ret[32])
{
	size_t n = 0;

	while (*s) {
		uint32_t c;

		s += utf8_decode(s, &c);
		if (c >= 0xFF10 && c <= 0xFF19)
			c = c - 0xFF10 + '0';
		else if (c == 0xFF0D || c == 0x2212)
			c = '-';
		if (c == ',' || c == 0xFF0C)
			continue;
		if (n == 31 || !((c >= '0' && c <= '9') || (c == '-' && n == 0)))
			return false;
		ret[n++] = (char)c;
	}
	ret[n] = '\0';
	return n > 0 && ret[n - 1] != '-';
}

static bool number_in(const char *text, long long min, long long max, long long *ret)
{
	char digits[32];
	long long value;

	if (!plain_number(text, digits))
		return false;
	errno = 0;
	value = strtoll(digits, NULL, 10);
	if (errno || value < min || value > max)
		return false;
	*ret = value;
	return true;
}

int req_form_int(struct request *req, const char *name, const char *label, long long min,
		 long long max, bool required, long long *ret, struct err *err)
{
	const char *text = NULL;
	int r = req_form_text(req, name, label, 40, required, false, &text, err);

	if (r <= 0)
		return r;
	if (!number_in(text, min, max, ret))
		return err_field(err, ERR_INVALID, name,
				 "「%s」は%lldから%lldまでの整数で入力してください", label, min,
				 max);
	return 1;
}

/* The three fields of one date put together, NULL if none was sent. "" if all
 * are blank. */
static char *date_of_three(struct request *req, const char *name)
{
	static const char *const parts[] = { "y", "m", "d" };
	char *text[3];
	size_t i, filled = 0;

	for (i = 0; i < 3; i++) {
		char *field = arena_printf(req_arena(req), "%s-%s", name, parts[i]);
		const char *sent = field ? req_form(req, field) : NULL;

		text[i] = sent ? trimmed(req_arena(req), sent) : NULL;
		if (!text[i])
			return NULL;
		filled += *text[i] != '\0';
	}
	if (!filled)
		return arena_strdup(req_arena(req), "");
	return arena_printf(req_arena(req), "%s/%s/%s", text[0], text[1], text[2]);
}

int req_form_date(struct request *req, const char *name, const char *label, bool required,
		  char ret[DATE_SIZE], struct err *err)
{
	const char *sent = req_form(req, name);
	const char *text = sent ? trimmed(req_arena(req), sent) : date_of_three(req, name);

	if (!text || !*text)
		return required ? missing(name, label, err) : 0;
	if (!date_parse(text, ret))
		return err_field(err, ERR_INVALID, name,
				 "「%s」の日付が正しくありません。"
				 "「2026-04-01」や「令和8年4月1日」のように入力してください",
				 label);
	return 1;
}

int req_form_choice(struct request *req, const char *name, const char *label,
		    const char *const *words, size_t count, bool required, size_t *ret,
		    struct err *err)
{
	const char *sent = req_form(req, name);
	size_t i;

	if (!sent || !*sent)
		return required ? err_field(err, ERR_INVALID, name, "「%s」を選んでください", label)
				: 0;
	for (i = 0; i < count; i++)
		if (!strcmp(sent, words[i])) {
			*ret = i;
			return 1;
		}
	return err_field(err, ERR_INVALID, name,
			 "「%s」に、選べない値が送られました。一覧から選び直してください", label);
}

bool req_form_checked(const struct request *req, const char *name)
{
	return req_form(req, name) != NULL;
}

int req_query_int(const struct request *req, const char *name, long long min, long long max,
		  long long fallback, long long *ret, struct err *err)
{
	const char *sent = req_query(req, name);

	*ret = fallback;
	if (!sent || !*sent || number_in(sent, min, max, ret))
		return 0;
	return err_field(err, ERR_INVALID, name,
			 "アドレスの「%s」の値が正しくありません。"
			 "前の画面から開き直してください",
			 name);
}
