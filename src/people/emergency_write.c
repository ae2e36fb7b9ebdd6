#include "people/emergency_write.h"

#include <string.h>

#include "base/clock.h"
#include "people/fields.h"

int emergency_permit(const struct actor *who, enum permission p, struct err *err)
{
	int r = permit(who, p, NULL, err);

	if (r >= 0 && who->mark != ACT_NORMAL)
		return err_set(err, ERR_DENIED,
			       "一時コードや非常時用アカウントで入っている間は、非常時アカウントを"
			       "扱えません。いつもの方法で入り直してください。");
	return r;
}

int emergency_job_begin(struct emergency_job *j, struct ledgers *l, const struct actor *who,
			const char *ledger, struct err *err)
{
	int r;

	memset(j, 0, sizeof *j);
	arena_init(&j->arena, 0);
	j->l = l;
	j->who = who;
	j->reason = "";
	j->act.who = who;
	j->act.ledger = ledger;
	r = ledgers_find(l, ledger, &j->def, err);
	if (r < 0)
		return r;
	j->value = fields_new(j->def, &j->arena);
	return j->value ? 0 : err_nomem(err);
}

void emergency_job_end(struct emergency_job *j)
{
	bytes_wipe(&j->code, sizeof j->code);
	arena_release(&j->arena);
}

int emergency_job_load(struct emergency_job *j, const char *id, struct err *err)
{
	struct conn *c = NULL;
	struct entry e;
	int r = store_read_begin(ledgers_store(j->l), &c, err);

	if (r < 0)
		return r;
	r = entry_get(j->l, c, j->def, id, 0, &j->arena, &e, err);
	store_read_end(c);
	if (r < 0)
		return r;
	j->entry = arena_strdup(&j->arena, e.id);
	j->base_rev = e.rev;
	j->value = fields_copy(j->def, e.value, &j->arena);
	j->act.entry = j->entry;
	return j->entry && j->value ? 0 : err_nomem(err);
}

int emergency_set(struct emergency_job *j, const char *field, const char *stored, struct err *err)
{
	return field_set(j->def, j->value, field, stored, err);
}

int emergency_typed(struct emergency_job *j, const char *field, const char *typed, struct err *err)
{
	int i = ledger_field(j->def, field), r;
	struct err why = { 0 };

	if (i < 0)
		return err_set(err, ERR_BUG, "%sに項目 %s がありません", j->def->title.ja, field);
	r = value_parse(&j->def->field[i], typed ? typed : "", &j->arena, &j->value[i], &why);
	if (r >= 0 && j->def->field[i].required && !*j->value[i])
		r = err_field(&why, ERR_INVALID, field, "「%s」を書いてください。",
			      j->def->field[i].label.ja);
	if (r == ERR_INVALID && j->faults.count < sizeof j->faults.item / sizeof *j->faults.item)
		j->faults.item[j->faults.count++] = why;
	if (r < 0 && err)
		*err = why;
	return r;
}

int emergency_set_now(struct emergency_job *j, const char *field, struct err *err)
{
	char now[40];

	time_text(clock_now_us(), false, now, sizeof now);
	return emergency_set(j, field, arena_strdup(&j->arena, now), err);
}

int emergency_set_declaration(struct emergency_job *j, struct conn *c, struct err *err)
{
	struct emergency_declaration d;
	int r = emergency_declared(j->l, c, &j->arena, &d, err);

	if (r < 0)
		return r;
	j->alarm = r == 0;
	return emergency_set(j, "declaration", arena_strdup(&j->arena, d.id), err);
}

int emergency_job_write(struct emergency_job *j,
			int (*also)(struct tx *tx, const struct entry *e, void *job,
				    struct err *err),
			struct receipt *ret, struct err *err)
{
	const struct change ch = { .def = j->def,
				   .entry = j->entry,
				   .base_rev = j->base_rev,
				   .op = OP_SAVE,
				   .confirm = true,
				   .value = j->value,
				   .reason = j->reason,
				   .also = also,
				   .also_arg = j };
	int r = entry_change(j->l, j->who, &ch, j->id, ret, &j->faults, err);

	/* Also after a failure: what is kept is read anew. */
	emergency_changed(ledgers_store(j->l));
	return r;
}
