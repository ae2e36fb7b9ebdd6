/* What a line of the comparison means for an account. */
#include <string.h>

#include "people/fields.h"
#include "people/hr_find.h"

/* Proposed before, whatever became of it: a decision is not asked for twice. */
static bool proposed(const struct finding *f, const struct proposal *p)
{
	size_t i;

	for (i = 0; *p->staff && i < f->known_count; i++) {
		const struct proposal *k = &f->known[i];

		if (strcmp(k->staff, p->staff) != 0 || strcmp(k->account, p->account) != 0)
			continue;
		/* Whether the two belong together is asked by every other kind as well. */
		if (p->kind == PROPOSAL_LINK)
			return true;
		if (k->kind == p->kind && strcmp(k->due, p->due) == 0)
			return true;
	}
	return false;
}

static void propose(struct finding *f, struct roster_line *line, enum proposal_kind kind,
		    const struct account *a, const char *due, const char *why)
{
	struct proposal *p = &line->proposal;

	p->kind = kind;
	p->account = a ? a->id : "";
	p->login = a ? a->login : "";
	p->due = due;
	p->why = why;
	p->title = arena_printf(f->arena, "%s: %s%s%s", proposal_kind_label(kind), line->name,
				a ? " / " : "", a ? a->login : "");
	line->proposes = why && p->title && !proposed(f, p);
}

static const char guess_note[] = "。結び付きはまだ無く、氏名か利用者IDが同じ利用者です";

static const char *list_name(const struct finding *f)
{
	return strcmp(f->options->source, "ldap") == 0 ? "ディレクトリ" : "人事の名簿";
}

static void propose_leave(struct finding *f, struct roster_line *line, const struct account *a,
			  bool guessed, const char *const *value)
{
	const char *left = field_text(f->persons.def, value, "left_on");
	const char *missing = field_text(f->persons.def, value, "missing_on");
	const char *note = guessed ? guess_note : "";

	/* A date of expiry ends the account by itself. */
	if (*left && strcmp(a->valid_until, left) == 0)
		return;
	if (*left)
		propose(f, line, PROPOSAL_LEAVE, a, left,
			arena_printf(f->arena, "%sに退職日 %s があります%s", list_name(f), left,
				     note));
	else
		propose(f, line, PROPOSAL_LEAVE, a, missing,
			arena_printf(f->arena, "%sに載っていません（%s に気付きました）%s",
				     list_name(f), missing, note));
}

static const char *transfer_text(struct finding *f, const struct roster_line *line)
{
	const char *all = "";
	size_t i;

	for (i = 0; all && i < line->change_count; i++) {
		const struct roster_change *ch = &line->change[i];

		if (strcmp(ch->field, "department") != 0 && strcmp(ch->field, "site") != 0)
			continue;
		all = arena_printf(f->arena, "%s%s%s: %s → %s", all, *all ? "、" : "", ch->label,
				   ch->before, ch->after);
	}
	return all;
}

static bool stopped_in_directory(const struct finding *f, const char *const *value)
{
	return strcmp(field_text(f->persons.def, value, "directory"), "disabled") == 0;
}

/* Somebody who works here and has an account that may be used. */
static void propose_for_account(struct finding *f, struct roster_line *line,
				const struct account *a, const char *const *value)
{
	if (stopped_in_directory(f, value))
		propose(f, line, PROPOSAL_SUSPEND, a, f->today,
			arena_strdup(f->arena, "ディレクトリで止まっています"));
	else if (line->kind == ROSTER_TRANSFER)
		propose(f, line, PROPOSAL_REVIEW, a, f->today, transfer_text(f, line));
}

/* Somebody who works here and has none. */
static void propose_for_person(struct finding *f, struct roster_line *line,
			       const struct account *guess, const char *const *value)
{
	if (guess && line->kind == ROSTER_TRANSFER)
		propose(f, line, PROPOSAL_REVIEW, guess, f->today,
			arena_printf(f->arena, "%s%s", transfer_text(f, line), guess_note));
	else if (guess)
		propose(f, line, PROPOSAL_LINK, guess, "",
			arena_strdup(f->arena, "氏名か利用者IDが同じ利用者がいます"));
	else if (line->kind == ROSTER_NEW && !f->first && !stopped_in_directory(f, value))
		propose(f, line, PROPOSAL_REQUEST, NULL, "",
			arena_printf(f->arena, "%sに加わりました。使うなら利用申請が要ります",
				     list_name(f)));
}

void finding_propose(struct finding *f, struct roster_line *line, const struct person *person,
		     const char *const *value)
{
	const struct account *a = person ? person->account : NULL;
	const struct account *guess = person ? person->guess : NULL;
	bool going = line->kind == ROSTER_MISSING || *field_text(f->persons.def, value, "left_on");

	if (line->kind == ROSTER_ERROR)
		return;
	if (!person)
		guess = persons_guess(&f->persons, field_text(f->persons.def, value, "login"),
				      line->name);
	if (going) {
		bool mine = a && !a->disabled;

		if (mine || guess)
			propose_leave(f, line, mine ? a : guess, !mine, value);
	} else if (!a) {
		propose_for_person(f, line, guess, value);
	} else if (!a->disabled) {
		propose_for_account(f, line, a, value);
	}
}
