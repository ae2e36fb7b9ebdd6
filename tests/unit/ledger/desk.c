#include "desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void person(struct desk *d, const char *login, const char *name, enum role role,
		   struct actor *ret)
{
	struct account_change c = {
		.name = name, .role = (int)role, .disabled = -1, .must_change = -1
	};
	struct account a;

	assert_done(d,
		    account_put(d->f->s, &actor_system, true, login, &c, &a, &d->arena, &d->err));
	memcpy(ret->account, a.id, sizeof a.id);
	ret->name = a.name;
	ret->role = role;
}

static void open_ledgers(struct desk *d)
{
	assert_done(d, ledgers_open(d->f->s, d->defs, &d->l, &d->err));
}

int desk_setup(void **state)
{
	struct desk *d = calloc(1, sizeof *d);
	struct complaints complaints = { NULL, 0, 0 };
	void *fixture;

	assert_non_null(d);
	assert_int_equal(fixture_setup(&fixture), 0);
	d->f = fixture;
	arena_init(&d->arena, 0);
	if (define_load(DAICHO_TEST_CONTENT, NULL, 0, &d->defs, &complaints, &d->err) < 0)
		fail_msg("%s %s", d->err.text, complaints.count ? complaints.item[0].text : "");
	complaints_release(&complaints);
	d->items = define_ledger(d->defs, "items");
	d->places = define_ledger(d->defs, "places");
	person(d, "kanri", "管理 花子", ROLE_PLANNER, &d->planner);
	person(d, "unyo", "運用 一郎", ROLE_OPERATOR, &d->second);
	person(d, "incho", "院長 次郎", ROLE_EXECUTIVE, &d->executive);
	person(d, "kansa", "監査 三郎", ROLE_AUDITOR, &d->auditor);
	person(d, "shokuin", "職員 四郎", ROLE_STAFF, &d->staff);
	open_ledgers(d);
	*state = d;
	return 0;
}

int desk_teardown(void **state)
{
	struct desk *d = *state;
	void *fixture = d->f;

	ledgers_free(d->l);
	define_free(d->defs);
	arena_release(&d->arena);
	fixture_teardown(&fixture);
	free(d);
	return 0;
}

void desk_reopen(struct desk *d)
{
	ledgers_free(d->l);
	d->l = NULL;
	fixture_close(d->f);
	fixture_open(d->f);
	open_ledgers(d);
}

const char *const *desk_values(struct desk *d, const struct ledger_def *def, ...)
{
	const char **value = arena_calloc(&d->arena, def->field_count, sizeof *value);
	const char *name;
	va_list ap;
	size_t i;

	assert_non_null(value);
	for (i = 0; i < def->field_count; i++)
		value[i] = "";
	va_start(ap, def);
	while ((name = va_arg(ap, const char *))) {
		int at = ledger_field(def, name);

		assert_true(at >= 0);
		value[at] = va_arg(ap, const char *);
	}
	va_end(ap);
	return value;
}

int desk_change(struct desk *d, const struct actor *who, struct change ch, char *ret_id,
		struct receipt *ret)
{
	err_clear(&d->err);
	return entry_change(d->l, who, &ch, ret_id, ret, &d->faults, &d->err);
}

static const char *made(struct desk *d, const struct actor *who, const struct ledger_def *def,
			const char *name)
{
	char *id = arena_alloc(&d->arena, ID_SIZE);
	struct change ch = { .def = def,
			     .confirm = true,
			     .value = desk_values(d, def, "name", name, NULL) };

	assert_done(d, desk_change(d, who, ch, id, NULL));
	return id;
}

const char *desk_item(struct desk *d, const char *name)
{
	return made(d, &d->planner, d->items, name);
}

const char *desk_place(struct desk *d, const char *name)
{
	const char *id = made(d, &d->planner, d->places, name);

	assert_done(d, desk_act(d, &d->second, d->places, id, OP_CONFIRM));
	return id;
}

int desk_act(struct desk *d, const struct actor *who, const struct ledger_def *def, const char *id,
	     enum entry_op op)
{
	struct change ch = { .def = def,
			     .entry = id,
			     .base_rev = desk_get(d, def, id).rev,
			     .op = op,
			     .reason = "確認したため" };

	return desk_change(d, who, ch, NULL, NULL);
}

struct entry desk_get(struct desk *d, const struct ledger_def *def, const char *id)
{
	struct conn *c;
	struct entry e;

	assert_done(d, store_read_begin(d->f->s, &c, &d->err));
	assert_done(d, entry_get(d->l, c, def, id, 0, &d->arena, &e, &d->err));
	store_read_end(c);
	return e;
}

const char *desk_value(struct desk *d, const struct entry *e, const char *field)
{
	(void)d;
	return e->value[ledger_field(e->def, field)];
}

struct names {
	struct desk *d;
	int field;
	const char *all;
};

static int add_name(void *arg, const struct list_row *r, struct err *err)
{
	struct names *n = arg;

	(void)err;
	n->all = arena_printf(&n->d->arena, "%s%s%s", n->all, *n->all ? "," : "",
			      r->value[n->field]);
	return 0;
}

const char *desk_find(struct desk *d, struct list_query q)
{
	struct names n = { d, 0, "" }, page = { d, 0, "" };
	struct conn *c;
	int64_t count = 0;

	if (!q.def)
		q.def = d->items;
	n.field = q.def->name_field;
	assert_done(d, store_read_begin(d->f->s, &c, &d->err));
	assert_done(d, list_each(d->l, c, &q, add_name, &n, &d->err));
	/* A page that holds them all says the same in another way. */
	page.field = n.field;
	q.limit = q.limit ? q.limit : 1000;
	assert_done(d, list_each(d->l, c, &q, add_name, &page, &d->err));
	assert_string_equal(page.all, n.all);
	assert_done(d, list_count(d->l, c, &q, 1000, &count, &d->err));
	store_read_end(c);
	return n.all;
}

struct texts {
	struct desk *d;
	const char *all;
};

static void add_text(void *arg, const char *text)
{
	struct texts *t = arg;

	t->all = arena_printf(&t->d->arena, "%s%s%s", t->all, *t->all ? "\n" : "", text);
}

const char *desk_audit(struct desk *d)
{
	struct texts t = { d, "" };
	struct conn *c;

	assert_done(d, store_read_begin(d->f->s, &c, &d->err));
	assert_done(d, ledgers_audit(d->l, c, add_text, &t, &d->err));
	store_read_end(c);
	return t.all;
}
