#include "page/people_parts.h"

#include <string.h>

void parts_select(struct html *h, struct request *req, const char *name, const char *label,
		  const char *help, const struct parts_option *options, size_t count,
		  const char *chosen)
{
	const char *typed = req_form(req, name);
	size_t i;

	if (typed)
		chosen = typed;
	html_open(h, EL_DIV);
	html_attr(h, "class", "field");
	html_open(h, EL_LABEL);
	html_attrf(h, "for", "f-%s", name);
	html_text(h, label);
	html_close(h, EL_LABEL);
	if (help)
		html_el_class(h, EL_P, "help", help);
	html_open(h, EL_SELECT);
	html_attrf(h, "id", "f-%s", name);
	html_attr(h, "name", name);
	for (i = 0; i < count; i++) {
		html_open(h, EL_OPTION);
		html_attr(h, "value", options[i].value);
		html_flag(h, "selected", chosen && strcmp(chosen, options[i].value) == 0);
		html_text(h, options[i].label);
		html_close(h, EL_OPTION);
	}
	html_close(h, EL_SELECT);
	html_close(h, EL_DIV);
}

void parts_input(struct html *h, struct request *req, const char *name, const char *label,
		 const char *help)
{
	const char *typed = req_form(req, name);

	form_input(h, &(struct form_input){ .name = name,
					    .label = label,
					    .help = help,
					    .value = typed ? typed : "" });
}

void parts_fact(struct html *h, const char *label, const char *text)
{
	if (!text || !*text)
		return;
	html_el(h, EL_DT, label);
	html_open(h, EL_DD);
	html_lines(h, text);
	html_close(h, EL_DD);
}

void parts_chip(struct html *h, const char *kind, const char *label)
{
	html_open(h, EL_SPAN);
	html_attrf(h, "class", "chip chip-%s", kind);
	html_text(h, label);
	html_close(h, EL_SPAN);
}

void parts_link(struct html *h, const char *path, const char *text)
{
	html_open(h, EL_P);
	html_link(h, path, text);
	html_close(h, EL_P);
}
