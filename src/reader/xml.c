#include "reader/xml.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 128
/* Bytes of a single tag, comment or the like. expat reads an unfinished one again
 * with every piece, so a giant one would cost quadratic time (CVE-2023-52425). */
#define TOKEN_MAX (1 << 20)
#define DOCTYPE "<!DOCTYPE"
#define DOCTYPE_LEN (sizeof DOCTYPE - 1)

struct xml {
	XML_Parser parser;
	struct xml_handler handler;
	const char *part;
	struct fault *fault; /* of the feed going on */
	unsigned depth;
	long long fed; /* bytes given to expat */
	bool stopped;
	char tail[DOCTYPE_LEN - 1]; /* last bytes of the piece before */
	size_t tail_len;
};

static const char *local_name(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon ? colon + 1 : name;
}

const char *xml_attr(const char **attrs, const char *name)
{
	for (size_t i = 0; attrs[i]; i += 2)
		if (strcmp(local_name(attrs[i]), name) == 0)
			return attrs[i + 1];
	return NULL;
}

bool xml_true(const char *value)
{
	return value &&
	       (strcmp(value, "1") == 0 || strcmp(value, "true") == 0 || strcmp(value, "on") == 0);
}

static void stop(struct xml *x)
{
	x->stopped = true;
	XML_StopParser(x->parser, XML_FALSE);
}

static int broken(struct xml *x)
{
	fault_text(x->fault, FAULT_XML_BROKEN, x->part);
	x->fault->a = XML_GetCurrentLineNumber(x->parser);
	return ERR_INVALID;
}

/* expat may call handlers a little longer after a stop. */
static void XMLCALL on_start(void *arg, const XML_Char *name, const XML_Char **attrs)
{
	struct xml *x = arg;

	if (x->stopped)
		return;
	if (++x->depth > DEPTH_MAX)
		broken(x), stop(x);
	else if (x->handler.start &&
		 x->handler.start(x->handler.arg, local_name(name), attrs, x->fault) < 0)
		stop(x);
}

static void XMLCALL on_end(void *arg, const XML_Char *name)
{
	struct xml *x = arg;

	if (x->stopped)
		return;
	x->depth--;
	if (x->handler.end && x->handler.end(x->handler.arg, local_name(name), x->fault) < 0)
		stop(x);
}

static void XMLCALL on_text(void *arg, const XML_Char *s, int len)
{
	struct xml *x = arg;

	if (x->stopped || !x->handler.text)
		return;
	if (x->handler.text(x->handler.arg, s, (size_t)len, x->fault) < 0)
		stop(x);
}

/* Second line of defence: the bytes are searched before expat gets them. */
static void XMLCALL on_doctype(void *arg, const XML_Char *name, const XML_Char *sysid,
			       const XML_Char *pubid, int has_internal)
{
	struct xml *x = arg;

	(void)name, (void)sysid, (void)pubid, (void)has_internal;
	fault_text(x->fault, FAULT_XML_DOCTYPE, x->part);
	stop(x);
}

struct xml *xml_new(const struct xml_handler *handler, const char *part)
{
	struct xml *x = calloc(1, sizeof *x);

	if (!x)
		return NULL;
	/* The encoding given here overrules what the document claims. */
	x->parser = XML_ParserCreate("UTF-8");
	if (!x->parser) {
		free(x);
		return NULL;
	}
	x->handler = *handler;
	x->part = part;
	XML_SetUserData(x->parser, x);
	XML_SetElementHandler(x->parser, on_start, on_end);
	XML_SetCharacterDataHandler(x->parser, on_text);
	XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
	return x;
}

void xml_free(struct xml *x)
{
	if (!x)
		return;
	XML_ParserFree(x->parser);
	free(x);
}

/* True if the declaration stands in the bytes, or across the piece before. */
static bool holds_doctype(struct xml *x, const char *bytes, size_t len)
{
	char seam[2 * (DOCTYPE_LEN - 1)];
	size_t head = len < sizeof x->tail ? len : sizeof x->tail, seam_len, keep;

	if (len && memmem(bytes, len, DOCTYPE, DOCTYPE_LEN))
		return true;
	memcpy(seam, x->tail, x->tail_len);
	if (head)
		memcpy(seam + x->tail_len, bytes, head);
	seam_len = x->tail_len + head;
	if (memmem(seam, seam_len, DOCTYPE, DOCTYPE_LEN))
		return true;
	if (len >= sizeof x->tail) {
		memcpy(x->tail, bytes + len - sizeof x->tail, sizeof x->tail);
		x->tail_len = sizeof x->tail;
		return false;
	}
	keep = seam_len < sizeof x->tail ? seam_len : sizeof x->tail;
	memcpy(x->tail, seam + seam_len - keep, keep);
	x->tail_len = keep;
	return false;
}

int xml_feed(struct xml *x, const char *bytes, size_t len, bool last, struct fault *f)
{
	x->fault = f;
	/* UTF-16, which expat would accept for its mark, hides from the search below. */
	if (!x->fed && len && ((unsigned char)bytes[0] >= 0xFE || bytes[0] == '\0'))
		return broken(x);
	if (holds_doctype(x, bytes, len))
		return fault_text(f, FAULT_XML_DOCTYPE, x->part);
	if (XML_Parse(x->parser, bytes, (int)len, last) == XML_STATUS_ERROR)
		return x->stopped ? ERR_INVALID : broken(x);
	x->fed += (long long)len;
	if (!last && x->fed - XML_GetCurrentByteIndex(x->parser) > TOKEN_MAX)
		return broken(x);
	return 0;
}

void xml_position(const struct xml *x, size_t *ret_from, size_t *ret_len)
{
	XML_Index at = XML_GetCurrentByteIndex(x->parser);
	int count = XML_GetCurrentByteCount(x->parser);

	*ret_from = at > 0 ? (size_t)at : 0;
	*ret_len = count > 0 ? (size_t)count : 0;
}

static int take(void *arg, const char *bytes, size_t len, struct fault *f)
{
	return xml_feed(arg, bytes, len, false, f);
}

int xml_read(struct package *p, const char *part, const struct xml_handler *handler,
	     struct fault *f)
{
	struct xml *x = xml_new(handler, part);
	int rc;

	if (!x)
		return fault_set(f, FAULT_NOMEM, 0, 0);
	rc = package_read(p, part, take, x, f);
	if (rc >= 0)
		rc = xml_feed(x, "", 0, true, f);
	xml_free(x);
	return rc;
}
