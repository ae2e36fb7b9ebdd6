#include "round/inspection.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "identity/event.h"
#include "round/fields.h"

#define INSPECTIONS_MAX 500
#define LOGIN_RANDOM 7 /* random characters of an account's login */

/* --- reading ---------------------------------------------------------------------------- */

struct reading_list {
	const struct ledger_def *def;
	struct arena *arena;
	struct inspection *item;
	size_t count;
	char today[DATE_SIZE];
};

static int read_row(void *arg, const struct list_row *row, struct err *err)
{
	struct reading_list *k = arg;
	struct inspection *i = &k->item[k->count];

	if (k->count == INSPECTIONS_MAX)
		return err_set(err, ERR_LIMIT, "検査官への閲覧の開放が多すぎます（%d件まで）",
			       INSPECTIONS_MAX);
#define KEEP(field) arena_strdup(k->arena, system_value(k->def, row->value, field))
	*i = (struct inspection){ .rev = row->rev,
				  .name = KEEP("name"),
				  .account = KEEP("account"),
				  .login = KEEP("login"),
				  .from = KEEP("from"),
				  .until = KEEP("until"),
				  .ended_on = KEEP("ended_on"),
				  .ledgers = KEEP("ledgers"),
				  .rounds = KEEP("rounds") };
#undef KEEP
	if (arena_failed(k->arena))
		return err_nomem(err);
	snprintf(i->id, sizeof i->id, "%s", row->id);
	i->open =
		!*i->ended_on && strcmp(i->from, k->today) <= 0 && strcmp(k->today, i->until) <= 0;
	k->count++;
	return 0;
}

static int read_list(struct ledgers *l, struct conn *c, const char *account, struct arena *arena,
		     struct reading_list *k, struct err *err)
{
	struct list_filter by = { 0, TABLE_EQ, account };
	struct list_query q = { .sort = -1, .filter = &by, .filter_count = account ? 1 : 0 };
	int r = ledgers_find(l, "inspections", &k->def, err);

	k->arena = arena;
	k->count = 0;
	date_today(k->today);
	if (r < 0)
		return r;
	k->item = arena_calloc(arena, INSPECTIONS_MAX, sizeof *k->item);
	if (!k->item)
		return err_nomem(err);
	q.def = k->def;
	by.field = ledger_field(k->def, "account");
	return list_each(l, c, &q, read_row, k, err);
}

int inspection_list(struct ledgers *l, struct conn *c, struct arena *arena, struct inspection **ret,
		    size_t *ret_count, struct err *err)
{
	struct reading_list k;
	int r = read_list(l, c, NULL, arena, &k, err);

	*ret = r < 0 ? NULL : k.item;
	*ret_count = r < 0 ? 0 : k.count;
	return r;
}

int inspection_of(struct ledgers *l, struct conn *c, const char *account, struct arena *arena,
		  struct inspection *ret, struct err *err)
{
	struct reading_list k;
	size_t i;
	int r = read_list(l, c, account, arena, &k, err);

	for (i = 0; i < k.count && r == 0; i++)
		if (k.item[i].open) {
			*ret = k.item[i];
			return 1;
		}
	return r;
}

static void add_lines(struct buf *b, const char *kind, const char *lines)
{
	while (*lines) {
		size_t n = strcspn(lines, "\n");

		if (n)
			buf_printf(b, "%s %.*s\n", kind, (int)n, lines);
		lines += n + (lines[n] == '\n');
	}
}

int inspection_opened(struct ledgers *l, struct conn *c, const char *account, struct arena *arena,
		      const char **ret, struct err *err)
{
	struct inspection open;
	struct buf b;
	int r = inspection_of(l, c, account, arena, &open, err);

	*ret = "";
	if (r <= 0)
		return r;
	buf_init(&b, 0);
	add_lines(&b, "ledger", open.ledgers);
	add_lines(&b, "round", open.rounds);
	*ret = buf_failed(&b) ? NULL : arena_strdup(arena, b.data ? b.data : "");
	buf_release(&b);
	return *ret ? 0 : err_nomem(err);
}

/* --- the code --------------------------------------------------------------------------- */

bool inspection_code(const char *typed, char ret_login[32], char ret_password[64])
{
	char clean[INSPECTION_CODE_SIZE];
	const char *dash;
	size_t n = 0;

	for (; *typed && n + 1 < sizeof clean; typed++)
		if (!isspace((unsigned char)*typed))
			clean[n++] = (char)tolower((unsigned char)*typed);
	clean[n] = '\0';
	dash = strchr(clean, '-');
	if (*typed || !dash || dash == clean || dash - clean >= 32 || strlen(dash + 1) >= 64)
		return false;
	snprintf(ret_login, 32, "%.*s", (int)(dash - clean), clean);
	snprintf(ret_password, 64, "%s", dash + 1);
	return true;
}

/* --- opening ---------------------------------------------------------------------------- */

static int check_ledgers(struct ledgers *l, const char *names, struct err *err)
{
	while (*names) {
		size_t n = strcspn(names, "\n");
		char name[64];
		const struct ledger_def *def;

		snprintf(name, sizeof name, "%.*s", (int)n, names);
		def = define_ledger(ledgers_defs(l), name);
		if (!def || def->access.role[ROLE_INSPECTOR].scope != SCOPE_OPENED)
			return err_field(err, ERR_INVALID, "ledgers",
					 "台帳「%s」は検査官に見せられません。一覧から選び直して"
					 "ください",
					 name);
		names += n + (names[n] == '\n');
	}
	return 0;
}

static int check_wish(struct ledgers *l, const struct inspection_wish *w, struct err *err)
{
	char today[DATE_SIZE];

	date_today(today);
	if (!*w->name)
		return err_field(err, ERR_INVALID, "name",
				 "検査の名前を書いてください。例: 保健所 立入検査");
	if (!date_valid(w->from) || !date_valid(w->until) || strcmp(w->from, w->until) > 0)
		return err_field(err, ERR_INVALID, "until",
				 "見られる期間の最初の日と最後の日を、順に入れてください");
	if (strcmp(w->until, today) < 0)
		return err_field(err, ERR_INVALID, "until", "最後の日が過ぎています");
	if (!*w->ledgers && !*w->rounds)
		return err_field(err, ERR_INVALID, "ledgers",
				 "見せる台帳か点検を1つ以上選んでください");
	return check_ledgers(l, w->ledgers, err);
}

static int make_account(struct ledgers *l, const struct actor *who,
			const struct inspection_wish *wish, struct arena *arena, char login[32],
			char password[32], struct account *ret, struct err *err)
{
	struct account_change change = { .name = wish->name,
					 .valid_from = wish->from,
					 .valid_until = wish->until,
					 .role = ROLE_INSPECTOR,
					 .password = password };
	char id[ID_SIZE];

	id_new(id);
	password_new(password);
	snprintf(login, 32, "k%s", id + ID_SIZE - 1 - LOGIN_RANDOM);
	return account_put(ledgers_store(l), who, true, login, &change, ret, arena, err);
}

static int note_rights(struct ledgers *l, const struct actor *who, const char *account,
		       const char *entry, const char *detail, struct err *err)
{
	const struct event e = { .kind = EVENT_RIGHTS,
				 .subject = account,
				 .ledger = "inspections",
				 .entry = entry,
				 .detail = detail };

	return event_write(ledgers_store(l), who, &e, err);
}

static int write_entry(struct ledgers *l, const struct actor *who,
		       const struct inspection_wish *wish, const struct account *a,
		       struct arena *arena, char ret_id[ID_SIZE], struct receipt *ret,
		       struct err *err)
{
	struct change change = { .op = OP_SAVE, .confirm = true, .reason = "" };
	struct faults faults = { .count = 0 };
	const char **value;
	int r = ledgers_find(l, "inspections", &change.def, err);

	if (r < 0)
		return r;
	value = system_values(change.def, arena);
	if (!value)
		return err_nomem(err);
	r = system_put(change.def, value, "name", wish->name, err);
	if (r == 0)
		r = system_put(change.def, value, "account", a->id, err);
	if (r == 0)
		r = system_put(change.def, value, "login", a->login, err);
	if (r == 0)
		r = system_put(change.def, value, "from", wish->from, err);
	if (r == 0)
		r = system_put(change.def, value, "until", wish->until, err);
	if (r == 0)
		r = system_put(change.def, value, "ledgers", wish->ledgers, err);
	if (r == 0)
		r = system_put(change.def, value, "rounds", wish->rounds, err);
	change.value = value;
	return r < 0 ? r : entry_change(l, who, &change, ret_id, ret, &faults, err);
}

int inspection_open(struct ledgers *l, const struct actor *who, const struct inspection_wish *wish,
		    struct arena *arena, char ret_code[INSPECTION_CODE_SIZE], struct receipt *ret,
		    struct err *err)
{
	char login[32], password[32], id[ID_SIZE];
	struct account account;
	int r = permit(who, PERM_INSPECTIONS, NULL, err);

	if (r == 0)
		r = check_wish(l, wish, err);
	/* An account without its entry sees nothing, so it comes first. */
	if (r == 0)
		r = make_account(l, who, wish, arena, login, password, &account, err);
	if (r == 0)
		r = write_entry(l, who, wish, &account, arena, id, ret, err);
	if (r == 0)
		r = note_rights(l, who, account.id, id,
				arena_printf(arena, "検査官への閲覧を開いた: %s（%sまで）",
					     wish->name, wish->until),
				err);
	if (r == 0)
		snprintf(ret_code, INSPECTION_CODE_SIZE, "%s-%s", login, password);
	bytes_wipe(password, sizeof password);
	return r < 0 ? r : 0;
}

/* --- ending ----------------------------------------------------------------------------- */

static int read_one(struct ledgers *l, const struct ledger_def *def, const char *id,
		    struct arena *arena, struct entry *ret, struct err *err)
{
	struct conn *c = NULL;
	int r = store_read_begin(ledgers_store(l), &c, err);

	if (r == 0)
		r = entry_get(l, c, def, id, 0, arena, ret, err);
	store_read_end(c);
	return r;
}

int inspection_end(struct ledgers *l, const struct actor *who, const char *id, struct arena *arena,
		   struct receipt *ret, struct err *err)
{
	struct change change = { .entry = id, .op = OP_SAVE, .confirm = true, .reason = "" };
	struct account_change stop = { .role = -1, .disabled = 1, .must_change = -1 };
	struct faults faults = { .count = 0 };
	char today[DATE_SIZE], written[ID_SIZE];
	struct account account;
	struct entry e;
	const char **value;
	int r = permit(who, PERM_INSPECTIONS, NULL, err);

	if (r == 0)
		r = ledgers_find(l, "inspections", &change.def, err);
	if (r == 0)
		r = read_one(l, change.def, id, arena, &e, err);
	if (r == 0)
		r = account_put(ledgers_store(l), who, false, system_value(e.def, e.value, "login"),
				&stop, &account, arena, err);
	if (r < 0)
		return r;
	value = system_values(change.def, arena);
	if (!value)
		return err_nomem(err);
	memcpy(value, e.value, change.def->field_count * sizeof *value);
	date_today(today);
	r = system_put(change.def, value, "ended_on", today, err);
	change.value = value;
	change.base_rev = e.rev;
	if (r == 0)
		r = entry_change(l, who, &change, written, ret, &faults, err);
	return r < 0 ? r : note_rights(l, who, account.id, id, "検査官への閲覧を閉じた", err);
}
