#include "hospital.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

static void person(struct hospital *h, const char *login, const char *name, enum role role,
		   struct actor *ret)
{
	struct account_change c = {
		.name = name, .role = (int)role, .disabled = -1, .must_change = -1
	};
	struct account a;

	assert_done(h,
		    account_put(h->f->s, &actor_system, true, login, &c, &a, &h->arena, &h->err));
	memcpy(ret->account, a.id, sizeof a.id);
	ret->name = a.name;
	ret->role = role;
}

int hospital_setup(void **state)
{
	struct hospital *h = calloc(1, sizeof *h);
	struct complaints complaints = { NULL, 0, 0 };
	void *fixture;

	assert_non_null(h);
	assert_int_equal(fixture_setup(&fixture), 0);
	h->f = fixture;
	arena_init(&h->arena, 0);
	if (define_load(DAICHO_SHARE "/content", NULL, 0, &h->defs, &complaints, &h->err) < 0)
		fail_msg("%s %s", h->err.text, complaints.count ? complaints.item[0].text : "");
	complaints_release(&complaints);
	person(h, "kanri", "管理 花子", ROLE_PLANNER, &h->planner);
	person(h, "unyo", "運用 一郎", ROLE_OPERATOR, &h->operator);
	person(h, "incho", "院長 次郎", ROLE_EXECUTIVE, &h->executive);
	person(h, "kansa", "監査 三郎", ROLE_AUDITOR, &h->auditor);
	assert_done(h, ledgers_open(h->f->s, h->defs, &h->l, &h->err));
	*state = h;
	return 0;
}

int hospital_teardown(void **state)
{
	struct hospital *h = *state;
	void *fixture = h->f;

	ledgers_free(h->l);
	define_free(h->defs);
	arena_release(&h->arena);
	fixture_teardown(&fixture);
	free(h);
	return 0;
}

const struct ledger_def *hospital_ledger(struct hospital *h, const char *name)
{
	const struct ledger_def *def = define_ledger(h->defs, name);

	if (!def)
		fail_msg("no ledger %s", name);
	return def;
}

static struct entry get(struct hospital *h, const struct ledger_def *def, const char *id)
{
	struct conn *c;
	struct entry e;

	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, entry_get(h->l, c, def, id, 0, &h->arena, &e, &h->err));
	store_read_end(c);
	return e;
}

static void type_values(struct hospital *h, const struct ledger_def *def, const char **value,
			va_list ap)
{
	const char *name;

	while ((name = va_arg(ap, const char *))) {
		int at = ledger_field(def, name);

		if (at < 0)
			fail_msg("no field %s.%s", def->name, name);
		assert_done(h, value_parse(&def->field[at], va_arg(ap, const char *), &h->arena,
					   &value[at], &h->err));
	}
}

static void change(struct hospital *h, const struct change *ch, char *ret_id)
{
	if (entry_change(h->l, &h->planner, ch, ret_id, NULL, &h->faults, &h->err) < 0)
		fail_msg("%s (%s)", h->err.text, h->faults.count ? h->faults.item[0].field : "");
}

const char *hospital_entry(struct hospital *h, const char *ledger, ...)
{
	const struct ledger_def *def = hospital_ledger(h, ledger);
	const char **value = arena_calloc(&h->arena, def->field_count, sizeof *value);
	char *id = arena_alloc(&h->arena, ID_SIZE);
	va_list ap;
	size_t i;

	for (i = 0; i < def->field_count; i++)
		value[i] = def->field[i].default_value ? def->field[i].default_value : "";
	va_start(ap, ledger);
	type_values(h, def, value, ap);
	va_end(ap);
	change(h, &(struct change){ .def = def, .op = OP_SAVE, .confirm = true, .value = value },
	       id);
	return id;
}

void hospital_revise(struct hospital *h, const char *ledger, const char *id, ...)
{
	const struct ledger_def *def = hospital_ledger(h, ledger);
	struct entry e = get(h, def, id);
	const char **value =
		arena_memdup(&h->arena, (const void *)e.value, def->field_count * sizeof *value);
	va_list ap;

	va_start(ap, id);
	type_values(h, def, value, ap);
	va_end(ap);
	change(h,
	       &(struct change){ .def = def,
				 .entry = id,
				 .base_rev = e.rev,
				 .op = OP_SAVE,
				 .confirm = true,
				 .value = value },
	       NULL);
}

void hospital_void(struct hospital *h, const char *ledger, const char *id)
{
	const struct ledger_def *def = hospital_ledger(h, ledger);

	change(h,
	       &(struct change){ .def = def,
				 .entry = id,
				 .base_rev = get(h, def, id).rev,
				 .op = OP_VOID,
				 .reason = "誤って登録したため" },
	       NULL);
}

const char *hospital_value(struct hospital *h, const char *ledger, const char *id,
			   const char *field)
{
	const struct ledger_def *def = hospital_ledger(h, ledger);
	int at = ledger_field(def, field);

	assert_true(at >= 0);
	return get(h, def, id).value[at];
}

const char *hospital_find(struct hospital *h, const char *ledger, const char *name)
{
	const struct ledger_def *def = hospital_ledger(h, ledger);
	char *id = arena_alloc(&h->arena, ID_SIZE);
	struct conn *c;
	int r;

	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	r = list_find(h->l, c, def, def->name_field, name, id, &h->err);
	store_read_end(c);
	if (r < 0 && r != ERR_NOT_FOUND)
		fail_msg("%s", h->err.text);
	return r == 0 ? id : NULL;
}

int64_t hospital_count(struct hospital *h, const char *ledger)
{
	struct list_query q = { .def = hospital_ledger(h, ledger), .sort = -1 };
	struct conn *c;
	int64_t count;

	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, list_count(h->l, c, &q, 1000000, &count, &h->err));
	store_read_end(c);
	return count;
}

const char *hospital_path(struct hospital *h, const char *name)
{
	return arena_printf(&h->arena, "%s/%s", h->f->root, name);
}

const char *hospital_file(struct hospital *h, const char *name, const char *text)
{
	const char *path = hospital_path(h, name);

	assert_done(h, file_write(path, text, strlen(text), 0600, &h->err));
	return path;
}

const char *hospital_read(struct hospital *h, const char *path)
{
	struct buf b;
	const char *text;

	buf_init(&b, 0);
	assert_done(h, file_read(path, (size_t)64 * 1024 * 1024, &b, &h->err));
	text = arena_strndup(&h->arena, b.data ? b.data : "", b.len);
	buf_release(&b);
	return text;
}
