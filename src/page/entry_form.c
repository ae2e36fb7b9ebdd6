#include "page/entry_form.h"

#include <string.h>

#include "ledger/attach.h"
#include "web/request.h"

#define REF_OPTIONS_MAX 1000

int entry_form_init(struct entry_form *f, struct ledgers *l, const struct ledger_def *def,
		    const struct entry *e, struct arena *arena, struct err *err)
{
	size_t i;

	(void)l;
	/* Not cleared as a whole: the faults are 70 KB. */
	f->faults.count = 0;
	f->def = def;
	f->typed = arena_calloc(arena, def->field_count, sizeof *f->typed);
	f->stored = arena_calloc(arena, def->field_count, sizeof *f->stored);
	if (!f->typed || !f->stored)
		return err_nomem(err);
	for (i = 0; i < def->field_count; i++) {
		const char *first = def->field[i].default_value;

		f->typed[i] = e ? e->value[i] : first ? first : "";
		f->stored[i] = f->typed[i];
	}
	return 0;
}

int entry_form_begin_with(struct entry_form *f, struct request *req, struct err *err)
{
	size_t i;

	for (i = 0; i < f->def->field_count; i++) {
		const struct field_def *field = &f->def->field[i];
		const char *name, *value;

		if (field->type != FIELD_ENUM)
			continue;
		name = arena_printf(req_arena(req), "f-%s", field->name);
		if (!name)
			return err_nomem(err);
		value = req_query(req, name);
		if (value && enum_find(field->enum_def, value))
			f->typed[i] = f->stored[i] = value;
	}
	return 0;
}

/* --- reading ---------------------------------------------------------------------- */

static void add_fault(struct entry_form *f, const struct err *e)
{
	if (f->faults.count < sizeof f->faults.item / sizeof f->faults.item[0])
		f->faults.item[f->faults.count++] = *e;
}

static void complain(void *arg, const struct err *e)
{
	add_fault(arg, e);
}

/* The name of a control: "v-" or "u-" and that of the field. */
static const char *control_name(struct arena *a, char prefix, const struct field_def *field)
{
	size_t len = strlen(field->name);
	char *name = arena_alloc(a, len + 3);

	if (!name)
		return NULL;
	name[0] = prefix;
	name[1] = '-';
	memcpy(name + 2, field->name, len + 1);
	return name;
}

/* One more line; what stands alone is not copied. */
static const char *join(struct arena *a, const char *all, const char *line)
{
	return !line || !*all ? line : !*line ? all : arena_printf(a, "%s\n%s", all, line);
}

/* All values posted for a field, one per line. */
static const char *join_values(struct request *req, const struct field_def *field)
{
	const char *name = control_name(req_arena(req), 'v', field);
	const char *all = name ? "" : NULL, *v;
	size_t i;

	for (i = 0; all && (v = req_form_nth(req, name, i)); i++)
		all = join(req_arena(req), all, v);
	return all;
}

/* The files that were shown in the form and are still ticked; others are refused. */
static int read_kept_files(struct entry_form *f, struct request *req, size_t i, const char **ret,
			   struct err *err)
{
	const struct field_def *field = &f->def->field[i];
	const struct visit *v = visit_of(req);
	const char *name = control_name(req_arena(req), 'v', field), *all = "", *posted;
	CONN_CLEANUP *c = NULL;
	size_t n;
	int r = name && req_form_nth(req, name, 0) ? visit_read(req, &c, err) : 0;

	for (n = 0; r == 0 && name && all && (posted = req_form_nth(req, name, n)); n++) {
		char hash[HASH_HEX_SIZE];
		struct err why = { 0 };

		r = attach_accept(v->app->ledgers, c, &v->actor, f->def, req_param(req, "entry"),
				  posted, hash, &why);
		if (r == ERR_INVALID) {
			memcpy(why.field, field->name, strlen(field->name) + 1);
			add_fault(f, &why);
			r = 0;
		} else if (r < 0) {
			*err = why;
		} else {
			all = join(req_arena(req), all, arena_strdup(req_arena(req), hash));
		}
	}
	*ret = all;
	return r;
}

/* Kept files plus new uploads. A refused file is a fault of its field. */
static int read_files(struct entry_form *f, struct request *req, size_t i, struct err *err)
{
	const struct field_def *field = &f->def->field[i];
	const struct visit *v = visit_of(req);
	struct arena *a = req_arena(req);
	const char *all = NULL;
	const char *name = control_name(a, 'u', field);
	const struct upload *up;
	size_t n;
	int kept = read_kept_files(f, req, i, &all, err);

	if (kept < 0)
		return kept;
	for (n = 0; name && all && (up = req_file_nth(req, name, n)); n++) {
		struct file_info info;
		struct err why = { 0 };
		int r = attach_put(v->app->ledgers, &v->actor, f->def, up->path, up->name, 0, &info,
				   &why);

		if (r == ERR_INVALID || r == ERR_LIMIT) {
			memcpy(why.field, field->name, strlen(field->name) + 1);
			add_fault(f, &why);
		} else if (r < 0) {
			*err = why;
			return r;
		} else {
			all = join(a, all, arena_strdup(a, info.hash));
		}
	}
	if (!all)
		return err_nomem(err);
	f->typed[i] = f->stored[i] = all;
	return 0;
}

static int read_field(struct entry_form *f, struct request *req, size_t i, struct err *err)
{
	const struct field_def *field = &f->def->field[i];
	struct err why;
	const char *typed;
	int r;

	if (field->type == FIELD_FILES)
		return read_files(f, req, i, err);
	typed = join_values(req, field);
	if (!typed)
		return err_nomem(err);
	f->typed[i] = typed;
	f->stored[i] = "";
	r = value_parse(field, typed, req_arena(req), &f->stored[i], &why);
	if (r == ERR_INVALID || r == ERR_LIMIT) {
		f->stored[i] = "";
		add_fault(f, &why);
		return 0;
	}
	if (r < 0)
		*err = why;
	return r;
}

static int strange_field(const char *name, struct err *err)
{
	return err_set(err, ERR_INVALID,
		       "この画面にない項目（%.60s）が送られてきたため、保存しませんでした。"
		       "画面を開き直して、もう一度入力してください",
		       name);
}

/* Only what the form shows to this person may come back. */
static int refuse_strange(const struct entry_form *f, struct request *req, const struct sight *s,
			  struct err *err)
{
	static const char *const known[] = { "key", "rev", "act", "behalf", "reason", "v-*", "u-*" };
	const char *name, *value;
	size_t i;
	int r = req_form_only(req, known, sizeof known / sizeof known[0], err);

	for (i = 0; r == 0 && req_form_at(req, i, &name, &value); i++)
		if ((name[0] == 'v' || name[0] == 'u') && name[1] == '-' &&
		    !sight_field(s, ledger_field(f->def, name + 2)))
			r = strange_field(name, err);
	return r;
}

int entry_form_read(struct entry_form *f, struct request *req, struct err *err)
{
	const struct sight *s = visit_sight(req, f->def);
	size_t i;
	int r = refuse_strange(f, req, s, err);

	for (i = 0; r == 0 && i < f->def->field_count; i++)
		if (sight_field(s, (int)i))
			r = read_field(f, req, i, err);
	/* What is hidden is known only where the entry is written, and checked there. */
	if (r == 0 && f->faults.count == 0 && !s->hides)
		(void)value_check_entry(f->def, f->stored, complain, f);
	return r;
}

int entry_form_read_fields(struct entry_form *f, struct request *req, const int *field,
			   size_t count, struct err *err)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < count; i++)
		r = read_field(f, req, (size_t)field[i], err);
	if (r == 0 && f->faults.count == 0)
		(void)value_check_entry(f->def, f->stored, complain, f);
	return r;
}

/* --- drawing ------------------------------------------------------------------------ */

static const char *fault_of(const struct entry_form *f, const char *name)
{
	size_t i;

	for (i = 0; i < f->faults.count; i++)
		if (strcmp(f->faults.item[i].field, name) == 0)
			return f->faults.item[i].text;
	return NULL;
}

static bool has_line(const char *lines, const char *line)
{
	size_t len = strlen(line);
	const char *p = lines;

	while (p && *p) {
		size_t n = strcspn(p, "\n");

		if (n == len && strncmp(p, line, n) == 0)
			return true;
		p += n + (p[n] == '\n');
	}
	return false;
}

static void write_about(const struct entry_form *f, struct html *h, const struct field_def *field)
{
	const char *fault = fault_of(f, field->name);

	if (*field->help.ja || *field->example) {
		html_open(h, EL_P);
		html_attr(h, "class", "help");
		html_attrf(h, "id", "h-%s", field->name);
		html_text(h, field->help.ja);
		if (*field->example)
			html_textf(h, "（例: %s）", field->example);
		html_close(h, EL_P);
	}
	if (fault) {
		html_open(h, EL_P);
		html_attr(h, "class", "field-error");
		html_attrf(h, "id", "e-%s", field->name);
		html_text(h, fault);
		html_close(h, EL_P);
	}
}

static void write_label_text(struct html *h, const struct field_def *field)
{
	html_text(h, field->label.ja);
	if (field->required)
		html_el_class(h, EL_SPAN, "required", "必須");
	if (field->class == CLASS_PERSONAL)
		html_el_class(h, EL_SPAN, "class-mark", "個人情報");
	if (field->class >= CLASS_PATIENT)
		html_el_class(h, EL_SPAN, "class-mark", "暗号化して保存");
}

static void control_attributes(const struct entry_form *f, struct html *h,
			       const struct field_def *field)
{
	bool about = *field->help.ja || *field->example;
	bool fault = fault_of(f, field->name) != NULL;

	html_attrf(h, "id", "f-%s", field->name);
	html_attrf(h, "name", "v-%s", field->name);
	if (about || fault)
		html_attrf(h, "aria-describedby", "%s%s%s%s%s", about ? "h-" : "",
			   about ? field->name : "", about && fault ? " " : "", fault ? "e-" : "",
			   fault ? field->name : "");
	if (fault)
		html_attr(h, "aria-invalid", "true");
	if (field->required)
		html_attr(h, "aria-required", "true");
}

static void write_text(const struct entry_form *f, struct html *h, size_t i)
{
	const struct field_def *field = &f->def->field[i];

	if (field->type == FIELD_LONGTEXT || field->check == CHECK_IP_LIST) {
		html_open(h, EL_TEXTAREA);
		control_attributes(f, h, field);
		html_attr(h, "rows", "4");
		html_text(h, f->typed[i]);
		html_close(h, EL_TEXTAREA);
		return;
	}
	html_open(h, EL_INPUT);
	control_attributes(f, h, field);
	html_attr(h, "type", "text");
	html_attr(h, "value", f->typed[i]);
	if (field->type == FIELD_INT)
		html_attr(h, "inputmode", "numeric");
	if (field->type == FIELD_DATE)
		html_attr(h, "placeholder", "2026-11-20");
	if (field->type == FIELD_DATE)
		html_attr(h, "class", "short");
}

static void option_tag(struct html *h, const char *value, const char *text, bool selected)
{
	html_open(h, EL_OPTION);
	html_attr(h, "value", value);
	html_flag(h, "selected", selected);
	html_text(h, text);
	html_close(h, EL_OPTION);
}

struct options {
	struct html *h;
	const struct ledger_def *def;
	const char *selected, *name;
	bool boxes;
};

static void checkbox(struct html *h, const char *name, const char *value, const char *text,
		     bool checked)
{
	html_open(h, EL_LABEL);
	html_attr(h, "class", "check");
	html_open(h, EL_INPUT);
	html_attr(h, "type", "checkbox");
	html_attrf(h, "name", "v-%s", name);
	html_attr(h, "value", value);
	html_flag(h, "checked", checked);
	html_text(h, text);
	html_close(h, EL_LABEL);
}

static int ref_option(void *arg, const struct list_row *row, struct err *err)
{
	struct options *o = arg;
	const char *text = row->value[o->def->name_field];

	(void)err;
	if (o->boxes)
		checkbox(o->h, o->name, row->id, text, has_line(o->selected, row->id));
	else
		option_tag(o->h, row->id, text, strcmp(o->selected, row->id) == 0);
	return 0;
}

static int write_refs(const struct entry_form *f, struct html *h, struct request *req,
		      struct conn *c, size_t i, struct err *err)
{
	const struct field_def *field = &f->def->field[i];
	struct app *app = req_app(req);
	struct options o = { h, field->ref, f->typed[i], field->name, field->type == FIELD_REFS };
	struct list_query q = { .def = field->ref,
				.sight = visit_sight(req, field->ref),
				.sort = -1,
				.limit = REF_OPTIONS_MAX };
	int r;

	if (o.boxes) {
		html_open(h, EL_DIV);
		html_attr(h, "class", "check-list");
		html_attrf(h, "id", "f-%s", field->name);
		r = list_each(app->ledgers, c, &q, ref_option, &o, err);
		html_close(h, EL_DIV);
		return r;
	}
	html_open(h, EL_SELECT);
	control_attributes(f, h, field);
	option_tag(h, "", "選んでください", *f->typed[i] == '\0');
	r = list_each(app->ledgers, c, &q, ref_option, &o, err);
	html_close(h, EL_SELECT);
	return r;
}

static void write_enum(const struct entry_form *f, struct html *h, size_t i)
{
	const struct field_def *field = &f->def->field[i];
	size_t n;

	html_open(h, EL_SELECT);
	control_attributes(f, h, field);
	option_tag(h, "", "選んでください", *f->typed[i] == '\0');
	for (n = 0; field->type == FIELD_ENUM && n < field->enum_def->count; n++) {
		const struct enum_value *v = &field->enum_def->value[n];
		bool selected = strcmp(v->value, f->typed[i]) == 0;

		if (!v->retired || selected)
			option_tag(h, v->value, v->label.ja, selected);
	}
	if (field->type == FIELD_BOOL) {
		option_tag(h, "1", "はい", strcmp(f->typed[i], "1") == 0);
		option_tag(h, "0", "いいえ", strcmp(f->typed[i], "0") == 0);
	}
	html_close(h, EL_SELECT);
}

static int write_accounts(const struct entry_form *f, struct html *h, struct request *req,
			  struct conn *c, size_t i, struct err *err)
{
	struct account *accounts;
	size_t count, n;
	int r = account_list(c, req_arena(req), &accounts, &count, err);

	if (r < 0)
		return r;
	html_open(h, EL_SELECT);
	control_attributes(f, h, &f->def->field[i]);
	option_tag(h, "", "選んでください", *f->typed[i] == '\0');
	for (n = 0; n < count; n++) {
		bool selected = strcmp(accounts[n].id, f->typed[i]) == 0;

		if (selected || (!accounts[n].disabled && visit_knows(req, accounts[n].id)))
			option_tag(h, accounts[n].id, accounts[n].name, selected);
	}
	html_close(h, EL_SELECT);
	return 0;
}

static int write_kept_files(const struct entry_form *f, struct html *h, struct request *req,
			    struct conn *c, size_t i, struct err *err)
{
	const struct field_def *field = &f->def->field[i];
	const char *p = f->typed[i];

	while (*p) {
		size_t n = strcspn(p, "\n");
		char *hash = arena_strndup(req_arena(req), p, n);
		struct file_info info;
		int r = hash ? store_file_info(c, hash, &info, err) : err_nomem(err);

		if (r < 0)
			return r;
		checkbox(h, field->name,
			 attach_offer(visit_of(req)->app->ledgers, &visit_of(req)->actor, hash,
				      req_arena(req)),
			 info.name, true);
		p += n + (p[n] == '\n');
	}
	return 0;
}

static int write_files(const struct entry_form *f, struct html *h, struct request *req,
		       struct conn *c, size_t i, struct err *err)
{
	const struct field_def *field = &f->def->field[i];
	int r = write_kept_files(f, h, req, c, i, err);

	html_open(h, EL_INPUT);
	html_attr(h, "type", "file");
	html_attrf(h, "id", "f-%s", field->name);
	html_attrf(h, "name", "u-%s", field->name);
	html_attrf(h, "aria-label", "%s（ファイルを選ぶ）", field->label.ja);
	html_flag(h, "multiple", true);
	return r;
}

static int write_control(const struct entry_form *f, struct html *h, struct request *req,
			 struct conn *c, size_t i, struct err *err)
{
	switch (f->def->field[i].type) {
	case FIELD_ENUM:
	case FIELD_BOOL: write_enum(f, h, i); return 0;
	case FIELD_REF:
	case FIELD_REFS: return write_refs(f, h, req, c, i, err);
	case FIELD_ACCOUNT: return write_accounts(f, h, req, c, i, err);
	case FIELD_FILES: return write_files(f, h, req, c, i, err);
	default: write_text(f, h, i); return 0;
	}
}

static int write_field(const struct entry_form *f, struct html *h, struct request *req,
		       struct conn *c, size_t i, struct err *err)
{
	const struct field_def *field = &f->def->field[i];
	bool group = field->type == FIELD_REFS || field->type == FIELD_FILES;
	int r;

	html_open(h, group ? EL_FIELDSET : EL_DIV);
	html_attrf(h, "class", "field%s", fault_of(f, field->name) ? " field-invalid" : "");
	html_open(h, group ? EL_LEGEND : EL_LABEL);
	if (!group)
		html_attrf(h, "for", "f-%s", field->name);
	write_label_text(h, field);
	html_close(h, group ? EL_LEGEND : EL_LABEL);
	write_about(f, h, field);
	r = write_control(f, h, req, c, i, err);
	html_close(h, group ? EL_FIELDSET : EL_DIV);
	return r;
}

int entry_form_write_fields(const struct entry_form *f, struct html *h, struct request *req,
			    struct conn *c, const int *field, size_t count, struct err *err)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < count; i++)
		if (sight_field(visit_sight(req, f->def), field[i]))
			r = write_field(f, h, req, c, (size_t)field[i], err);
	return r;
}

int entry_form_write(const struct entry_form *f, struct html *h, struct request *req,
		     struct conn *c, struct err *err)
{
	size_t s;
	int r = 0;

	for (s = 0; r == 0 && s < f->def->form_count; s++) {
		const struct form_section *section = &f->def->form[s];

		html_open(h, EL_SECTION);
		html_attr(h, "class", "form-section");
		html_el(h, EL_H2, section->title.ja);
		r = entry_form_write_fields(f, h, req, c, section->field, section->count, err);
		html_close(h, EL_SECTION);
	}
	return r;
}
