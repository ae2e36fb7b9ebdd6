#include "anchor/mail_send.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "anchor/http.h"
#include "base/cleanup.h"
#include "base/clock.h"

#define MAIL_SECONDS 60L

/* Base64 in lines of 76 characters. */
static void encoded(struct buf *b, const void *data, size_t len)
{
	char line[80];
	size_t n;

	for (; len > 0; data = (const char *)data + n, len -= n) {
		n = len < 57 ? len : 57;
		base64_encode(data, n, line);
		buf_printf(b, "%s\r\n", line);
	}
}

/* The next address of a text with one a line; false at the end. */
static bool address_next(const char **p, char ret[256])
{
	size_t n;

	do {
		*p += strspn(*p, " \t\r\n,;");
		n = strcspn(*p, " \t\r\n,;");
		if (n == 0)
			return false;
		(void)snprintf(ret, 256, "%.*s", (int)(n < 255 ? n : 255), *p);
		*p += n;
	} while (!strchr(ret, '@'));
	return true;
}

static void heads(const struct anchor_settings *set, uint64_t size, const char *mark, struct buf *b)
{
	char subject[128], word[256], id[ID_SIZE], address[256], date[64];
	const char *p = set->mail_to;
	time_t now = time(NULL);
	struct tm tm;
	bool first = true;

	(void)snprintf(subject, sizeof subject, "記録の証明 %llu件", (unsigned long long)size);
	base64_encode(subject, strlen(subject), word);
	id_new(id);
	gmtime_r(&now, &tm);
	strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", &tm);
	buf_printf(b, "From: <%s>\r\nTo: ", set->mail_from);
	while (address_next(&p, address)) {
		buf_printf(b, "%s<%s>", first ? "" : ",\r\n ", address);
		first = false;
	}
	buf_printf(b,
		   "\r\nSubject: =?UTF-8?B?%s?=\r\nDate: %s\r\nMessage-ID: <%s@daicho.invalid>\r\n"
		   "MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n"
		   "Content-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n",
		   word, date, id, mark);
}

int mail_write(const struct anchor_settings *set, const char *org, const char *origin,
	       uint64_t size, const struct buf *note, struct buf *ret, struct err *err)
{
	CLEANUP(buf_release) struct buf text;
	char mark[ID_SIZE + 8];

	buf_init(&text, 0);
	(void)snprintf(mark, sizeof mark, "daicho-");
	id_new(mark + 7);
	buf_printf(&text,
		   "%s の記録は、いま次のとおりです。\n\n記録の名前: %s\n件数: %llu件\n\n"
		   "このメールと添付のファイルを消さずに保存してください。後から記録が書き換えられて"
		   "いないかを、この証明で確かめられます（daicho verify データフォルダ --checkpoint "
		   "添付のファイル）。返信は要りません。\n\n%.*s\n",
		   org, origin, (unsigned long long)size, (int)note->len, note->data);
	heads(set, size, mark, ret);
	buf_printf(ret, "--%s\r\nContent-Type: text/plain; charset=UTF-8\r\n"
			"Content-Transfer-Encoding: base64\r\n\r\n", mark);
	encoded(ret, text.data, text.len);
	buf_printf(ret, "--%s\r\nContent-Type: text/plain; charset=UTF-8; name=\"checkpoint.txt\"\r\n"
			"Content-Disposition: attachment; filename=\"checkpoint.txt\"\r\n"
			"Content-Transfer-Encoding: base64\r\n\r\n", mark);
	encoded(ret, note->data, note->len);
	buf_printf(ret, "--%s--\r\n", mark);
	return buf_failed(&text) || buf_failed(ret) ? err_nomem(err) : 0;
}

/* --- handing it over ----------------------------------------------------------------- */

struct upload {
	const struct buf *message;
	size_t at;
};

static size_t give(char *p, size_t size, size_t n, void *arg)
{
	struct upload *u = arg;
	size_t room = size * n, left = u->message->len - u->at;

	if (left > room)
		left = room;
	memcpy(p, u->message->data + u->at, left);
	u->at += left;
	return left;
}

static int perform(CURL *c, const struct anchor_settings *set, struct upload *u,
		   struct curl_slist *to)
{
	char from[260];

	(void)snprintf(from, sizeof from, "<%.255s>", set->mail_from);
	curl_easy_setopt(c, CURLOPT_URL, set->smtp_url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(c, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, MAIL_SECONDS);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, 10L);
	if (*set->smtp_ca)
		curl_easy_setopt(c, CURLOPT_CAINFO, set->smtp_ca);
	if (*set->smtp_user) {
		curl_easy_setopt(c, CURLOPT_USERNAME, set->smtp_user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, set->smtp_secret);
	}
	curl_easy_setopt(c, CURLOPT_MAIL_FROM, from);
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(c, CURLOPT_READDATA, u);
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	return (int)curl_easy_perform(c);
}

int mail_send(const struct anchor_settings *set, const struct buf *message, struct err *err)
{
	struct upload u = { message, 0 };
	struct curl_slist *to = NULL, *more;
	const char *p = set->mail_to;
	char address[256];
	CURL *c = curl_easy_init();
	long answer = 0;
	int code;

	while (c && address_next(&p, address)) {
		more = curl_slist_append(to, address);
		if (!more)
			break;
		to = more;
	}
	if (!c || !to) {
		curl_easy_cleanup(c);
		return c ? err_set(err, ERR_INVALID, "送り先のメールアドレスがありません")
			 : err_nomem(err);
	}
	code = perform(c, set, &u, to);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &answer);
	curl_easy_cleanup(c);
	curl_slist_free_all(to);
	/* No text of the server goes into the message: it may repeat what was sent. */
	return code == CURLE_OK ? 0
				: err_set(err, ERR_IO, "メールを送れません: %s（SMTP %ld）",
					  http_advice(code), answer);
}
