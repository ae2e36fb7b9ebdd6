#include "page/table_frame.h"

static void begin(struct html *h, const char *label, bool list, const char *const *heads,
		  size_t count)
{
	size_t i;

	html_open(h, EL_DIV);
	html_attr(h, "class", "table-scroll");
	html_attr(h, "tabindex", "0");
	html_attr(h, "role", "region");
	html_attr(h, "aria-label", label);
	html_open(h, EL_TABLE);
	if (list)
		html_attr(h, "data-list", "");
	html_open(h, EL_THEAD);
	html_open(h, EL_TR);
	for (i = 0; i < count; i++) {
		html_open(h, EL_TH);
		html_attr(h, "scope", "col");
		if (*heads[i] == '#')
			html_attr(h, "class", "number");
		html_text(h, heads[i] + (*heads[i] == '#'));
		html_close(h, EL_TH);
	}
	html_close(h, EL_TR);
	html_close(h, EL_THEAD);
	html_open(h, EL_TBODY);
}

void table_frame_begin(struct html *h, const char *label, const char *const *heads, size_t count)
{
	begin(h, label, false, heads, count);
}

void table_frame_list(struct html *h, const char *label, const char *const *heads, size_t count)
{
	begin(h, label, true, heads, count);
}

void table_frame_end(struct html *h)
{
	html_close(h, EL_TBODY);
	html_close(h, EL_TABLE);
	html_close(h, EL_DIV);
}
