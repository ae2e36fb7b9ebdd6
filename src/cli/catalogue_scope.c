#include "cli/catalogue_scope.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "catalogue/scope.h"
#include "cli/data.h"
#include "cli/definition.h"
#include "define/show.h"

/* --- what is known about the organisation --------------------------------------------- */

static json_t *scope_json(const struct definitions *d, const struct scope *s, const struct facts *f)
{
	size_t count, i;
	const struct fact_def *fact = define_facts(d, &count);
	json_t *facts = json_object(), *beds = s->beds < 0 ? json_null() : json_integer(s->beds);

	for (i = 0; i < count; i++) {
		const char *name = fact_answer_name(f->answer[i]);

		json_object_set_new(facts, fact[i].id, *name ? json_string(name) : json_null());
	}
	return json_pack("{s:s?,s:o,s:o}", "kind", s->kind_known ? org_kind_name(s->kind) : NULL,
			 "beds", beds, "facts", facts);
}

static void scope_text(const struct definitions *d, const struct scope *s, const struct facts *f)
{
	size_t count, i;
	const struct fact_def *fact = define_facts(d, &count);

	printf("施設の種類: %s\n",
	       s->kind_known ? org_kind_label(s->kind) : "まだ決まっていません");
	if (s->beds >= 0)
		printf("病床数: %lld\n", (long long)s->beds);
	for (i = 0; i < count; i++)
		printf("%-20s %s　%s\n", fact[i].id, fact_answer_label(f->answer[i]), fact[i].ask);
}

static int read_scope(struct data *d, struct scope *s, struct facts *f, struct err *err)
{
	int r = data_begin(d, err);

	if (r == 0)
		r = scope_read(d->ledgers, d->conn, &d->arena, s, err);
	if (r == 0)
		r = facts_read(d->ledgers, d->conn, f, err);
	data_end(d);
	return r;
}

/* --- show ------------------------------------------------------------------------------- */

static json_t *applied_json(const struct definitions *d, const struct catalogue *c,
			    const struct scope *s, const struct facts *f)
{
	json_t *out = catalogue_json(d, c), *items = json_object_get(out, "items");
	size_t i, n = scope_count(d, s, c);

	for (i = 0; i < c->item_count; i++) {
		const char *reason = scope_excludes(d, s, &c->item[i]);

		json_object_set_new(json_array_get(items, i), "excluded",
				    reason ? json_string(reason) : json_null());
	}
	json_object_set_new(out, "scope", scope_json(d, s, f));
	json_object_set_new(out, "applicable_count", json_integer((json_int_t)n));
	json_object_set_new(out, "excluded_count", json_integer((json_int_t)(c->item_count - n)));
	return out;
}

static void applied_text(const struct definitions *d, const struct catalogue *c,
			 const struct scope *s)
{
	size_t i, n = scope_count(d, s, c);

	printf("%s（%s）\n当てはまる%zu項目、対象外%zu項目\n\n", c->title, c->edition, n,
	       c->item_count - n);
	for (i = 0; i < c->item_count; i++) {
		const char *reason = scope_excludes(d, s, &c->item[i]);

		if (reason)
			printf("対象外 %s %s\n       %s\n", c->item[i].id, c->item[i].topic,
			       reason);
		else
			printf("       %s %s\n", c->item[i].id, c->item[i].topic);
	}
}

static int show(struct data *d, const char *id, bool json, struct err *err)
{
	const struct catalogue *c = define_catalogue(d->defs, id);
	struct scope scope;
	struct facts facts;
	int r;

	if (!c)
		return err_set(err, ERR_NOT_FOUND,
			       "%s という基準はありません。daicho catalogue list で確かめてくださ"
			       "い",
			       id);
	r = read_scope(d, &scope, &facts, err);
	if (r < 0)
		return r;
	if (json)
		definition_print_json(applied_json(d->defs, c, &scope, &facts));
	else
		applied_text(d->defs, c, &scope);
	return 0;
}

int catalogue_show_applied(const struct invocation *in, struct err *err)
{
	struct data d;
	bool json;
	int r = option_format(in, &json, err);

	if (r < 0)
		return r;
	if (in->argument_count != 2)
		return err_set(err, ERR_USAGE,
			       "どの基準かを1つ指定してください（daicho catalogue list で見ます）");
	r = data_open(&d, option(in, "data"), STORE_READONLY, err);
	if (r == 0)
		r = show(&d, in->argument[1], json, err);
	data_close(&d);
	return r;
}

/* --- scope ------------------------------------------------------------------------------ */

/* "fact=yes" */
static int set_one(const struct definitions *d, const char *text, struct facts *f, struct err *err)
{
	const char *equals = strchr(text, '=');
	char name[64] = "";
	int fact, answer;

	if (equals)
		snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
	fact = define_fact(d, name);
	answer = equals && equals[1] ? fact_answer_parse(equals + 1) : -1;
	if (fact < 0)
		return err_set(err, ERR_USAGE,
			       "%s という問いはありません。daicho catalogue scope DATA で名前を確か"
			       "めてください",
			       text);
	if (answer < 0)
		return err_set(err, ERR_USAGE, "%s の答えは yes no unknown のどれかです: %s", name,
			       text);
	f->answer[fact] = (enum fact_answer)answer;
	return 0;
}

static int change(struct data *d, const struct invocation *in, struct err *err)
{
	struct facts facts;
	struct scope scope;
	struct actor who;
	int i, r = data_actor(d, option(in, "as"), &who, err);

	if (r == 0)
		r = read_scope(d, &scope, &facts, err);
	for (i = 2; r == 0 && i < in->argument_count; i++)
		r = set_one(d->defs, in->argument[i], &facts, err);
	return r < 0 ? r : facts_save(d->ledgers, &who, &facts, NULL, NULL, err);
}

int catalogue_scope(const struct invocation *in, struct err *err)
{
	struct scope scope;
	struct facts facts;
	struct data d;
	bool json;
	int r = option_format(in, &json, err);

	if (r < 0)
		return r;
	if (in->argument_count < 2)
		return err_set(err, ERR_USAGE, "データフォルダを指定してください");
	r = data_open(&d, in->argument[1], in->argument_count > 2 ? 0 : STORE_READONLY, err);
	if (r == 0 && in->argument_count > 2)
		r = change(&d, in, err);
	if (r == 0)
		r = read_scope(&d, &scope, &facts, err);
	if (r == 0 && json)
		definition_print_json(scope_json(d.defs, &scope, &facts));
	else if (r == 0)
		scope_text(d.defs, &scope, &facts);
	data_close(&d);
	return r;
}
