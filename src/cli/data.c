#include "cli/data.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/share.h"
#include "base/sink.h"
#include "catalogue/installed.h"
#include "identity/event_left.h"
#include "round/inspection.h"
#include "measure/measure.h"

static void print_complaints(struct complaints *complaints, int r)
{
	size_t i;

	for (i = 0; r < 0 && i < complaints->count; i++)
		(void)fprintf(stderr, "%s:%d:%d: %s\n", complaints->item[i].file,
			      complaints->item[i].line, complaints->item[i].column,
			      complaints->item[i].text);
	complaints_release(complaints);
}

static int content_path(char ret[PATH_MAX], struct err *err)
{
	if (share_path("content", ret, PATH_MAX) < 0)
		return err_set(err, ERR_LIMIT, "contentフォルダのパスが長すぎます");
	return 0;
}

int data_definitions(struct definitions **ret, struct err *err)
{
	struct complaints complaints = { 0 };
	char content[PATH_MAX];
	size_t count;
	const char *const *measures = measure_names(&count);
	int r = content_path(content, err);

	if (r == 0)
		r = define_load(content, measures, count, ret, &complaints, err);
	print_complaints(&complaints, r);
	return r;
}

int data_catalogues(const char *const *ids, size_t id_count, struct definitions **ret,
		    struct err *err)
{
	struct complaints complaints = { 0 };
	char content[PATH_MAX];
	int r = content_path(content, err);

	if (r == 0)
		r = define_load_some(content, ids, id_count, ret, &complaints, err);
	print_complaints(&complaints, r);
	return r;
}

/* What cannot be taken (on a full disk, or for want of rights) stays where it is. */
static void take_left(struct store *s)
{
	struct err why = { 0 };

	if (events_take_left(s, &why) < 0)
		sink_write(SINK_WARN, "left_events_wait", "%s", why.text);
}

int data_open(struct data *d, const char *folder, unsigned store_flags, struct err *err)
{
	int r;

	memset(d, 0, sizeof *d);
	arena_init(&d->arena, 0);
	r = data_definitions(&d->defs, err);
	if (r == 0)
		r = store_open(folder, store_flags, &d->store, err);
	if (r == 0)
		r = ledgers_open(d->store, d->defs, &d->ledgers, err);
	if (r == 0)
		r = installed_load(d->ledgers, err);
	if (r == 0 && !store_readonly(d->store))
		take_left(d->store);
	if (r < 0)
		data_close(d);
	return r;
}

void data_close(struct data *d)
{
	data_end(d);
	ledgers_free(d->ledgers);
	store_close(d->store);
	define_free(d->defs);
	arena_release(&d->arena);
	memset(d, 0, sizeof *d);
}

int data_begin(struct data *d, struct err *err)
{
	return d->conn ? 0 : store_read_begin(d->store, &d->conn, err);
}

void data_end(struct data *d)
{
	store_read_end(d->conn);
	d->conn = NULL;
}

/* What the planner has opened to an inspector. */
static int opened(struct data *d, struct actor *who, struct err *err)
{
	struct conn *conn;
	int r = store_read_begin(d->store, &conn, err);

	if (r < 0)
		return r;
	r = inspection_opened(d->ledgers, conn, who->account, &d->arena, &who->opened, err);
	store_read_end(conn);
	return r;
}

int data_actor(struct data *d, const char *login, struct actor *ret, struct err *err)
{
	struct account account;
	char today[DATE_SIZE];
	struct conn *conn;
	int r;

	*ret = actor_system;
	if (!login)
		return 0;
	r = store_read_begin(d->store, &conn, err);
	if (r < 0)
		return r;
	r = account_by_login(conn, login, &d->arena, &account, err);
	store_read_end(conn);
	if (r < 0)
		return r;
	date_today(today);
	if (!account_usable(&account, today))
		return err_set(err, ERR_DENIED, "アカウント %s は停止中か、使える期間の外です",
			       login);
	snprintf(ret->account, sizeof ret->account, "%s", account.id);
	ret->name = account.name;
	ret->role = account.role;
	ret->profession = account.profession;
	ret->site = account.site;
	ret->department = account.department;
	ret->vendor = account.vendor;
	return account.role == ROLE_INSPECTOR ? opened(d, ret, err) : 0;
}
