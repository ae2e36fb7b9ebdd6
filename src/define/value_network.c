/* Named checks of network names: IP, MAC, URL. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "define/value_type.h"

#define ADDRESS_SIZE 64

/* Takes the next word of a list separated by commas, 、, semicolons or white space.
 * Returns its length, 0 at the end; *p stands at the word. */
static size_t next_word(const char **p)
{
	static const char marks[] = " \t\n,;";
	const char *s = *p;
	size_t n = 0;

	for (;;) {
		s += strspn(s, marks);
		if (strncmp(s, "、", strlen("、")) != 0)
			break;
		s += strlen("、");
	}
	while (s[n] && !strchr(marks, s[n]) && strncmp(s + n, "、", strlen("、")) != 0)
		n++;
	*p = s;
	return n;
}

/* Runs `one` on each word of the narrowed text and joins the results with ", ". */
static bool each_word(const char *text, bool (*one)(const char *word, struct buf *out),
		      struct buf *out)
{
	CLEANUP(buf_release) struct buf b;
	const char *p;
	size_t n;

	buf_init(&b, 0);
	narrow(text, &b);
	if (buf_failed(&b) || !b.len)
		return false;
	for (p = b.data; (n = next_word(&p)) > 0; p += n) {
		char word[ADDRESS_SIZE];

		if (n >= sizeof word)
			return false;
		memcpy(word, p, n);
		word[n] = '\0';
		if (out->len)
			buf_puts(out, ", ");
		if (!one(word, out))
			return false;
	}
	return out->len > 0;
}

/* Returns the bits of an address (32, 128), or 0 if it is none. */
static int address_bits(const char *s)
{
	unsigned char bytes[16];

	if (inet_pton(AF_INET, s, bytes) == 1)
		return 32;
	return inet_pton(AF_INET6, s, bytes) == 1 ? 128 : 0;
}

/* True for one to three digits naming at most `bits`. */
static bool prefix_valid(const char *s, int bits)
{
	size_t n = strlen(s);

	if (n < 1 || n > 3 || strspn(s, "0123456789") != n || (n > 1 && *s == '0'))
		return false;
	return strtol(s, NULL, 10) <= bits;
}

static bool one_network(const char *word, struct buf *out)
{
	char address[ADDRESS_SIZE];
	size_t n = strcspn(word, "/");
	int bits;

	memcpy(address, word, n);
	address[n] = '\0';
	bits = address_bits(address);
	if (!bits || (word[n] == '/' && !prefix_valid(word + n + 1, bits)))
		return false;
	buf_puts(out, word);
	return true;
}

bool check_ip(const char *text, struct buf *out)
{
	narrow(text, out);
	return !buf_failed(out) && out->len && address_bits(out->data) != 0;
}

bool check_ip_list(const char *text, struct buf *out)
{
	return each_word(text, one_network, out);
}

/* 12 hex digits, bare or parted by one kind of mark into groups of two or four. */
static bool one_mac(const char *word, struct buf *out)
{
	char hex[13], mark = 0;
	size_t i, n = 0, group = 0;

	for (i = 0; word[i]; i++) {
		char c = word[i];

		if (strchr(":-.", c)) {
			if ((mark && mark != c) || group != (c == '.' ? 4u : 2u))
				return false;
			mark = c;
			group = 0;
			continue;
		}
		if (!strchr("0123456789abcdefABCDEF", c) || n >= 12)
			return false;
		group++;
		hex[n++] = (char)(c >= 'a' ? c - 'a' + 'A' : c);
	}
	if (n != 12 || group != (!mark ? 12u : mark == '.' ? 4u : 2u))
		return false;
	for (i = 0; i < 12; i += 2) {
		if (i)
			buf_putc(out, ':');
		buf_add(out, hex + i, 2);
	}
	return true;
}

bool check_mac(const char *text, struct buf *out)
{
	return each_word(text, one_mac, out);
}

/* A host name or bracketed address with an optional port. A user name in front of
 * an @ is refused: it makes a link look as if it led elsewhere. */
static bool host_valid(const char *s, size_t len)
{
	size_t host = 0, i;

	if (*s == '[') {
		while (host < len && s[host] != ']')
			host++;
		if (host == len || host < 3)
			return false;
		host++;
	} else {
		while (host < len && s[host] != ':')
			host++;
		for (i = 0; i < host; i++)
			if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._", s[i]))
				return false;
	}
	if (host == 0 || *s == '.' || *s == '-')
		return false;
	if (host < len && s[host] != ':')
		return false;
	for (i = host + 1; i < len; i++)
		if (s[i] < '0' || s[i] > '9' || i > host + 5)
			return false;
	return host == len || len > host + 1;
}

bool check_url(const char *text, struct buf *out)
{
	const char *rest, *p;

	narrow(text, out);
	if (buf_failed(out) || !out->len)
		return false;
	for (p = out->data; *p; p++)
		if (*p <= ' ' || *p > '~' || strchr("\"<>\\^`{|}", *p))
			return false;
	if (strncasecmp(out->data, "https://", 8) == 0)
		rest = out->data + 8;
	else if (strncasecmp(out->data, "http://", 7) == 0)
		rest = out->data + 7;
	else
		return false;
	return host_valid(rest, strcspn(rest, "/?#"));
}
