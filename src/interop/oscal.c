#include "interop/oscal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "base/clock.h"
#include "base/fold.h"

/* ---- names ---- */

json_t *oscal_uuid(const char *fmt, ...)
{
	char uuid[UUID_SIZE], *name = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&name, fmt, ap);
	va_end(ap);
	if (n < 0)
		return NULL;
	uuid_v5(name, uuid);
	free(name);
	return json_string(uuid);
}

/* Letters and numbers as Unicode has them: \p{L} and \p{N} of the schema. */
static bool is_letter(uint32_t c)
{
	utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);

	return k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LO;
}

static bool is_digit(uint32_t c)
{
	utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);

	return k >= UTF8PROC_CATEGORY_ND && k <= UTF8PROC_CATEGORY_NO;
}

void oscal_token_add(struct buf *b, const char *text)
{
	uint32_t c;

	while (*text) {
		size_t n = utf8_decode(text, &c);
		bool first = b->len == 0;

		if (is_letter(c) || (!first && (is_digit(c) || c == '.' || c == '-')))
			buf_add(b, text, n);
		else
			buf_printf(b, "_%x_", c);
		text += n;
	}
}

/* catalogue, sign, text, sign, text ... up to NULL. */
static json_t *token(const char *first, ...)
{
	const char *part = first;
	json_t *ret;
	struct buf b;
	va_list ap;

	buf_init(&b, 0);
	va_start(ap, first);
	for (; part; part = va_arg(ap, const char *))
		oscal_token_add(&b, part);
	va_end(ap);
	ret = buf_failed(&b) ? NULL : json_stringn(b.data ? b.data : "_", b.data ? b.len : 1);
	buf_release(&b);
	return ret;
}

json_t *oscal_control_id(const struct catalogue *c, const struct item_def *item)
{
	return token(c->id, ".", item->id, NULL);
}

/* "_" alone is no escape, so a control's own name can never end like this. */
json_t *oscal_statement_id(const struct catalogue *c, const struct item_def *item, const char *id)
{
	json_t *control = oscal_control_id(c, item), *ret;
	struct buf b;

	buf_init(&b, 0);
	buf_puts(&b, control ? json_string_value(control) : "");
	buf_puts(&b, "_smt");
	if (*id) {
		buf_putc(&b, '.');
		oscal_token_add(&b, id);
	}
	ret = control && !buf_failed(&b) ? json_string(b.data) : NULL;
	json_decref(control);
	buf_release(&b);
	return ret;
}

json_t *oscal_group_id(const struct catalogue *c, const char *section, const char *group)
{
	json_t *part = *group ? token("g.", section, ".", group, NULL) : token("s.", section, NULL);
	json_t *ret = part ? token(c->id, "..", json_string_value(part), NULL) : NULL;

	json_decref(part);
	return ret;
}

/* ---- texts ---- */

json_t *oscal_line(const char *text)
{
	const char *from = text + strspn(text, " \t\r\n");
	size_t len = strlen(from), i;
	json_t *ret;
	char *copy;

	while (len && strchr(" \t\r\n", from[len - 1]))
		len--;
	if (!len)
		return json_string("-");
	copy = strndup(from, len);
	for (i = 0; copy && i < len; i++)
		if (copy[i] == '\n' || copy[i] == '\r' || copy[i] == '\t')
			copy[i] = ' ';
	ret = copy ? json_string(copy) : NULL;
	free(copy);
	return ret;
}

json_t *oscal_prose(const char *text)
{
	json_t *ret;
	struct buf b;

	buf_init(&b, 0);
	for (; *text; text++) {
		if (strchr("\\*`<", *text))
			buf_putc(&b, '\\');
		if (*text != '\r')
			buf_putc(&b, *text);
	}
	ret = buf_failed(&b) ? NULL : json_string(b.len ? b.data : "-");
	buf_release(&b);
	return ret;
}

void oscal_unescape(const char *prose, struct buf *b)
{
	for (; *prose; prose++) {
		if (*prose == '\\' && prose[1] > ' ' && prose[1] < 0x7F &&
		    strchr("\\*`<>_[]{}()#+-.!|~\"'", prose[1]))
			prose++;
		buf_putc(b, *prose);
	}
}

void oscal_prop(json_t *props, bool own, const char *name, const char *value)
{
	json_t *prop;

	if (!*value)
		return;
	prop = json_pack("{s:s}", "name", name);
	if (own)
		json_object_set_new(prop, "ns", json_string(OSCAL_NS));
	json_object_set_new(prop, "value", oscal_line(value));
	json_array_append_new(props, prop);
}

void oscal_part(json_t *parts, const char *name, const char *title, const char *prose)
{
	json_t *part;

	if (!*prose && (!title || !*title))
		return;
	part = json_pack("{s:s,s:s}", "name", name, "ns", OSCAL_NS);
	if (title)
		json_object_set_new(part, "title", oscal_line(title));
	if (*prose)
		json_object_set_new(part, "prose", oscal_prose(prose));
	json_array_append_new(parts, part);
}

void oscal_set_list(json_t *object, const char *key, json_t *list)
{
	if (json_array_size(list))
		json_object_set_new(object, key, list);
	else
		json_decref(list);
}

/* ---- metadata ---- */

json_t *oscal_date(const char *date)
{
	char text[DATE_SIZE + 16];

	snprintf(text, sizeof text, "%.10sT00:00:00+09:00", date);
	return json_string(text);
}

json_t *oscal_time(int64_t us)
{
	char text[40];

	time_rfc3339(us, text, sizeof text);
	return json_string(text);
}

json_t *oscal_metadata(const char *title, const char *version, const char *published)
{
	json_t *m = json_object();

	json_object_set_new(m, "title", oscal_line(title));
	if (date_valid(published))
		json_object_set_new(m, "published", oscal_date(published));
	json_object_set_new(m, "last-modified", oscal_time(clock_now_us()));
	json_object_set_new(m, "version", oscal_line(version));
	json_object_set_new(m, "oscal-version", json_string(OSCAL_VERSION));
	return m;
}

static json_t *list_of(json_t *object, const char *key)
{
	json_t *list = json_object_get(object, key);

	if (!list) {
		list = json_array();
		json_object_set_new(object, key, list);
	}
	return list;
}

void oscal_party(json_t *metadata, const char *type, const char *role, const char *role_title,
		 const char *name)
{
	json_t *uuid, *party;

	if (!*name)
		return;
	uuid = oscal_uuid("party:%s:%s", type, name);
	json_array_append_new(list_of(metadata, "roles"),
			      json_pack("{s:s,s:s}", "id", role, "title", role_title));
	party = json_pack("{s:O,s:s}", "uuid", uuid, "type", type);
	json_object_set_new(party, "name", oscal_line(name));
	json_array_append_new(list_of(metadata, "parties"), party);
	json_array_append_new(list_of(metadata, "responsible-parties"),
			      json_pack("{s:s,s:[o]}", "role-id", role, "party-uuids", uuid));
}

static bool has_resource(json_t *list, const char *uuid)
{
	const char *one;
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		one = json_string_value(json_object_get(json_array_get(list, i), "uuid"));
		if (one && strcmp(one, uuid) == 0)
			return true;
	}
	return false;
}

static json_t *resource_json(const char *uuid, const char *title, const char *description,
			     json_t *link)
{
	json_t *resource = json_pack("{s:s}", "uuid", uuid);

	json_object_set_new(resource, "title", oscal_line(title));
	if (*description)
		json_object_set_new(resource, "description", oscal_prose(description));
	if (link)
		json_object_set_new(resource, "rlinks", json_pack("[O]", link));
	return resource;
}

json_t *oscal_resource(json_t *document, const char *key, const char *title,
		       const char *description, json_t *link)
{
	json_t *matter = json_object_get(document, "back-matter"), *list;
	char name[300], uuid[UUID_SIZE], href[UUID_SIZE + 1];

	if (!matter) {
		matter = json_object();
		json_object_set_new(document, "back-matter", matter);
	}
	snprintf(name, sizeof name, "resource:%.250s", key);
	uuid_v5(name, uuid);
	snprintf(href, sizeof href, "#%s", uuid);
	list = list_of(matter, "resources");
	if (!has_resource(list, uuid))
		json_array_append_new(list, resource_json(uuid, title, description, link));
	json_decref(link);
	return json_string(href);
}

int oscal_finish(json_t *document, const char *name, json_t **ret, struct err *err)
{
	*ret = document ? json_pack("{s:o}", name, document) : NULL;
	return *ret ? 0 : err_nomem(err);
}
