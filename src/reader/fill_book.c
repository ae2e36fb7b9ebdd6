/* The workbook's XML with the order to compute all formulas when it is opened. */
#include <string.h>

#include "reader/fill_job.h"
#include "reader/xml.h"

struct booking {
	struct xml *xml;
	const char *bytes;
	size_t calc_from, calc_len; /* the tag <calcPr>, 0 when there is none */
	size_t behind;		    /* where it would stand */
	bool asked;		    /* it says so already */
	char name[48];		    /* "x:calcPr" */
};

/* calcPr comes behind these, if they are there (ECMA-376 part 1, CT_Workbook). */
static bool precedes(const char *name)
{
	static const char *const names[] = { "sheets", "functionGroups", "externalReferences",
					     "definedNames" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static int on_start(void *arg, const char *name, const char **attrs, struct fault *f)
{
	struct booking *b = arg;

	(void)f;
	if (strcmp(name, "calcPr") != 0)
		return 0;
	xml_position(b->xml, &b->calc_from, &b->calc_len);
	b->asked = xml_true(xml_attr(attrs, "fullCalcOnLoad"));
	return 0;
}

static int on_end(void *arg, const char *name, struct fault *f)
{
	struct booking *b = arg;
	size_t from, len, n;
	const char *t, *colon;

	(void)f;
	if (!precedes(name))
		return 0;
	xml_position(b->xml, &from, &len);
	b->behind = from + len;
	/* "</x:sheets>" shows the prefix; an empty tag shows none, but "sheets" never is one. */
	t = b->bytes + from;
	colon = len ? memchr(t, ':', len) : NULL;
	n = colon ? (size_t)(colon - t) - 1 : 0;
	if (len && n < sizeof b->name - sizeof "calcPr") {
		if (n > 1)
			memcpy(b->name, t + 2, n);
		memcpy(b->name + n, "calcPr", sizeof "calcPr");
	}
	return 0;
}

int fill_book(const char *xml, size_t len, const char *part, struct buf *ret, struct fault *f)
{
	struct booking b = { .bytes = xml, .name = "calcPr" };
	const struct xml_handler h = { .start = on_start, .end = on_end, .arg = &b };
	size_t at;
	int rc;

	b.xml = xml_new(&h, part);
	if (!b.xml)
		return fault_set(f, FAULT_NOMEM, 0, 0);
	rc = xml_feed(b.xml, xml, len, true, f);
	xml_free(b.xml);
	if (rc < 0)
		return rc;
	if (b.asked || (!b.calc_len && !b.behind)) {
		buf_add(ret, xml, len);
	} else if (b.calc_len) {
		at = b.calc_from + strcspn(xml + b.calc_from, " \t\r\n/>");
		buf_add(ret, xml, at);
		buf_puts(ret, " fullCalcOnLoad=\"1\"");
		buf_add(ret, xml + at, len - at);
	} else {
		buf_add(ret, xml, b.behind);
		buf_printf(ret, "<%s fullCalcOnLoad=\"1\"/>", b.name);
		buf_add(ret, xml + b.behind, len - b.behind);
	}
	return buf_failed(ret) ? fault_set(f, FAULT_NOMEM, 0, 0) : 0;
}
