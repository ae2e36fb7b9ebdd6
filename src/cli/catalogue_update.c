#include "cli/catalogue_update.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "cli/data.h"
#include "cli/definition.h"
#include "interop/adopt.h"

#define FILE_MAX ((size_t)24 * 1024 * 1024)
#define LOOK_ARENA ((size_t)512 << 20)

/* --- what was installed ------------------------------------------------------------------- */

static const char *state_name(const struct installed *in)
{
	return in->taken_back ? "taken_back" : in->trial ? "trial" : "confirmed";
}

static const char *state_label(const struct installed *in)
{
	return in->taken_back ? "取り消し" : in->trial ? "試用中（確定していません）" : "確定";
}

static json_t *installed_json(const struct installed *in)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:s,s:s,s:s,s:s,s:s}", "entry", in->id,
			 "kind", in->crosswalk ? "crosswalk" : "catalogue", "id", in->definition,
			 "title", in->title, "edition", in->edition, "state", state_name(in),
			 "in_force", in->in_force, "digest", in->digest, "source", in->source_name,
			 "applied", in->applied_on, "by", in->by, "changes", in->changes);
}

static int list(struct data *d, bool json, struct err *err)
{
	struct installed *all;
	size_t count, i;
	json_t *out;
	int r = installed_list(d->ledgers, d->conn, &d->arena, &all, &count, err);

	if (r < 0)
		return r;
	out = json_array();
	for (i = 0; i < count; i++) {
		if (json)
			json_array_append_new(out, installed_json(&all[i]));
		else
			printf("%s  %s %s  %s%s  %s %s\n", all[i].id, all[i].definition,
			       all[i].edition, state_label(&all[i]),
			       all[i].in_force ? "、使っています" : "", all[i].applied_on,
			       all[i].by);
	}
	if (json)
		definition_print_json(out);
	else
		json_decref(out);
	if (!json && !count)
		printf("取り込んだ基準はありません。\n");
	return 0;
}

/* --- a file -------------------------------------------------------------------------------- */

static json_t *change_json(const struct item_change *ch)
{
	json_t *former = json_array();
	size_t i;

	for (i = 0; i < ch->former_count; i++)
		json_array_append_new(
			former,
			json_pack("{s:s,s:s}", "catalogue", ch->former[i].catalogue->id, "id",
				  ch->former[i].catalogue->item[ch->former[i].item].id));
	return json_pack("{s:s,s:s,s:s,s:s,s:b,s:o}", "id", ch->item->id, "topic", ch->item->topic,
			 "change", change_kind_name(ch->kind), "what", ch->what, "advice",
			 ch->advice, "former", former);
}

static json_t *rounds_json(const struct adopt_item *item)
{
	json_t *out = json_array();
	size_t i;

	for (i = 0; i < item->round_count; i++)
		json_array_append_new(out, json_pack("{s:s,s:s}", "round", item->round[i].id,
						     "title", item->round[i].title));
	return out;
}

static json_t *item_of_file_json(const struct adopt_item *item)
{
	const struct comparison *c = &item->plan.comparison;
	json_t *o =
		json_pack("{s:s,s:s,s:s,s:s,s:I,s:s,s:I,s:o,s:s}", "kind", item->file->kind, "id",
			  item->file->id, "title", item->file->title, "state",
			  adopt_state_name(item->state), "count", (json_int_t)item->file->count,
			  "problem", item->text, "lost_pairs", (json_int_t)item->plan.lost_pairs,
			  "rounds", rounds_json(item), "entry", item->entry);
	json_t *totals = json_object(), *items = json_array();
	size_t i;

	for (i = 0; i < CHANGE_KIND_MAX; i++)
		json_object_set_new(totals, change_kind_name((enum change_kind)i),
				    json_integer((json_int_t)c->of_kind[i]));
	for (i = 0; i < c->count; i++)
		json_array_append_new(items, change_json(&c->item[i]));
	json_object_set_new(o, "totals", totals);
	json_object_set_new(o, "items", items);
	if (item->entry[0])
		json_object_set_new(o, "receipt", json_integer((json_int_t)item->receipt.seq));
	return o;
}

static json_t *adoption_json(const struct adoption *a, bool applied)
{
	json_t *files = json_array(), *notes = json_array();
	size_t i;

	for (i = 0; i < a->count; i++)
		json_array_append_new(files, item_of_file_json(&a->item[i]));
	for (i = 0; i < a->intake.note_count; i++)
		json_array_append_new(notes,
				      json_pack("{s:s,s:s}", "place", a->intake.note[i].place,
						"text", a->intake.note[i].text));
	return json_pack("{s:b,s:s,s:o,s:o}", "applied", applied, "kind",
			 intake_kind_name(a->intake.kind), "files", files, "notes", notes);
}

static void print_changes(const struct comparison *c, enum change_kind kind)
{
	size_t i;

	if (!c->of_kind[kind])
		return;
	printf("  %s %zu件\n", change_kind_label(kind), c->of_kind[kind]);
	for (i = 0; kind != CHANGE_SAME && i < c->count; i++)
		if (c->item[i].kind == kind)
			printf("    %s %s%s%s%s\n", c->item[i].item->id, c->item[i].item->topic,
			       *c->item[i].what ? "（" : "", c->item[i].what,
			       *c->item[i].what ? "）" : "");
}

static void print_item(const struct adopt_item *item)
{
	int kind;
	size_t i;

	printf("%s %s  %s\n", item->file->id, item->file->title, adopt_state_label(item->state));
	if (*item->text)
		printf("  %s\n", item->text);
	for (kind = 0; kind < CHANGE_KIND_MAX; kind++)
		print_changes(&item->plan.comparison, (enum change_kind)kind);
	if (item->plan.lost_pairs)
		printf("  対応表の%zu組が、なくなった項目とともに外れます\n",
		       item->plan.lost_pairs);
	for (i = 0; i < item->round_count; i++)
		printf("  始まっている点検（今の内容のまま続きます）: %s\n", item->round[i].title);
	if (item->entry[0])
		printf("  使い始めました。番号 %s、受付番号 %lld\n", item->entry,
		       (long long)item->receipt.seq);
}

static void print_text(const struct adoption *a, bool applied)
{
	size_t i;

	for (i = 0; i < a->count; i++)
		print_item(&a->item[i]);
	for (i = 0; i < a->intake.note_count; i++)
		printf("注意: %s %s\n", a->intake.note[i].place, a->intake.note[i].text);
	printf(applied ? "試しに使い始めました。よければ --confirm 番号 で確定し、やめるなら "
			 "--undo "
			 "番号 で取り消します。\n"
		       : "まだ何も変わっていません。使い始めるには --apply を付けてください。\n");
}

/* 1 where something in the file is faulty. */
static int verdict(const struct adoption *a)
{
	size_t i;

	for (i = 0; i < a->count; i++)
		if (a->item[i].state == ADOPT_FAULTY)
			return 1;
	return 0;
}

static int take_bytes(struct data *d, const struct invocation *in, const struct actor *who,
		      const struct adopt_wish *wish, bool json, struct err *err)
{
	bool apply = option_given(in, "apply");
	struct arena arena;
	struct adoption a;
	int r;

	arena_init(&arena, LOOK_ARENA);
	r = apply ? adopt_apply(d->ledgers, who, wish, NULL, &arena, &a, err)
		  : adopt_look(d->ledgers, wish, &arena, &a, err);
	if (r == 0 && json)
		definition_print_json(adoption_json(&a, apply));
	else if (r == 0)
		print_text(&a, apply);
	if (r == 0)
		r = verdict(&a);
	arena_release(&arena);
	return r;
}

static int take_file(struct data *d, const struct invocation *in, const struct actor *who,
		     bool json, struct err *err)
{
	const char *path = in->argument[2], *slash = strrchr(path, '/');
	const char *kind = option(in, "kind");
	CLEANUP(buf_release) struct buf bytes;
	struct adopt_wish wish = { .name = slash ? slash + 1 : path };
	int k = kind ? intake_kind_parse(kind) : INTAKE_GUESS, r;

	buf_init(&bytes, FILE_MAX + 1);
	if (k < 0)
		return err_set(err, ERR_USAGE, "--kind は oscal ciso xlsx yaml のどれかです: %s",
			       kind);
	r = file_read(path, FILE_MAX, &bytes, err);
	if (r < 0)
		return r;
	wish.kind = (enum intake_kind)k;
	wish.bytes = bytes.data ? bytes.data : "";
	wish.len = bytes.len;
	return take_bytes(d, in, who, &wish, json, err);
}

/* --- for good, or back ------------------------------------------------------------------------ */

static int decide(struct data *d, const struct invocation *in, const struct actor *who,
		  struct err *err)
{
	const char *confirm = option(in, "confirm"), *undo = option(in, "undo");
	struct receipt receipt;
	int r;

	if (confirm && undo)
		return err_set(err, ERR_USAGE, "--confirm と --undo はどちらか1つです");
	r = permit(who, PERM_CATALOGUE_UPDATE, NULL, err);
	if (r == 0)
		r = confirm ? install_confirm(d->ledgers, who, confirm, NULL, &receipt, err)
			    : install_undo(d->ledgers, who, undo, option(in, "reason"), NULL,
					   &receipt, err);
	if (r == 0)
		printf("%s。受付番号 %lld\n", confirm ? "確定しました" : "取り消しました",
		       (long long)receipt.seq);
	return r;
}

static int work(struct data *d, const struct invocation *in, struct err *err)
{
	bool file = in->argument_count > 2;
	struct actor who;
	bool json = false;
	int r = option_format(in, &json, err);

	if (r == 0 && option_given(in, "apply") && option_given(in, "dry-run"))
		r = err_set(err, ERR_USAGE, "--apply と --dry-run はどちらか1つです");
	if (r == 0)
		r = data_actor(d, option(in, "as"), &who, err);
	if (r < 0)
		return r;
	if (option(in, "confirm") || option(in, "undo"))
		return file ? err_set(err, ERR_USAGE,
				      "--confirm と --undo には、ファイルを付けないでください")
			    : decide(d, in, &who, err);
	if (file)
		return take_file(d, in, &who, json, err);
	r = data_begin(d, err);
	return r < 0 ? r : list(d, json, err);
}

int catalogue_update(const struct invocation *in)
{
	bool writes = option_given(in, "apply") || option(in, "confirm") || option(in, "undo");
	struct err err = { 0 };
	struct data d = { 0 };
	int r = in->argument_count < 2 || in->argument_count > 3
			? err_set(&err, ERR_USAGE,
				  "データフォルダと、取り込むファイルを指定してください")
			: data_open(&d, in->argument[1], writes ? 0 : STORE_READONLY, &err);

	if (r == 0)
		r = work(&d, in, &err);
	data_close(&d);
	if (r >= 0 && fflush(stdout) != 0)
		r = err_set(&err, ERR_IO, "標準出力に書けません");
	return r < 0 ? report_error(&err) : r ? EXIT_FAILED : EXIT_DONE;
}
