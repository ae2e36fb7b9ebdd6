#include "interop/intake.h"

#include <stdio.h>
#include <string.h>

#include "interop/making.h"
#include "reader/document.h"

static const struct {
	const char *name, *label;
} kinds[INTAKE_KIND_MAX] = {
	[INTAKE_GUESS] = { "", "自動で見分ける" },
	[INTAKE_OSCAL] = { "oscal", "OSCAL（JSON）" },
	[INTAKE_CISO] = { "ciso", "CISO Assistant のライブラリ（YAML）" },
	[INTAKE_XLSX] = { "xlsx", "daicho の執筆用の表（XLSX）" },
	[INTAKE_YAML] = { "yaml", "daicho の定義ファイル（YAML）" },
};

const char *intake_kind_name(enum intake_kind k)
{
	return kinds[k].name;
}

const char *intake_kind_label(enum intake_kind k)
{
	return kinds[k].label;
}

int intake_kind_parse(const char *name)
{
	int k;

	for (k = 0; k < INTAKE_KIND_MAX; k++)
		if (strcmp(kinds[k].name, name) == 0)
			return k;
	return -1;
}

/* By what stands first; which YAML it is shows only once it is read. */
static enum intake_kind guess(const char *bytes, size_t len)
{
	size_t i = len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

	if (len >= 2 && memcmp(bytes, "PK", 2) == 0)
		return INTAKE_XLSX;
	while (i < len && strchr(" \t\r\n", bytes[i]))
		i++;
	return i < len && bytes[i] == '{' ? INTAKE_OSCAL : INTAKE_YAML;
}

static int take_document(struct making *m, enum intake_kind *kind, bool guessed, const void *bytes,
			 size_t len)
{
	struct node *root = NULL;
	int r = document_read(bytes, len, *kind == INTAKE_OSCAL ? DOCUMENT_JSON : DOCUMENT_YAML,
			      m->arena, &root, m->err);

	if (r < 0)
		return r;
	if (root->kind != NODE_MAP)
		return err_set(m->err, ERR_INVALID,
			       "%s: 中身が「名前: 値」の並びではありません。"
			       "ファイルか種類を選び直してください",
			       m->file);
	if (guessed && *kind == INTAKE_YAML && node_get(root, "objects"))
		*kind = INTAKE_CISO;
	switch (*kind) {
	case INTAKE_OSCAL: return oscal_take(m, root);
	case INTAKE_CISO: return ciso_take(m, root);
	default: return definition_take(m, root);
	}
}

static int take(struct making *m, enum intake_kind *kind, const void *bytes, size_t len)
{
	bool guessed = *kind == INTAKE_GUESS;
	int r;

	if (len == 0)
		return err_set(m->err, ERR_INVALID,
			       "%s: ファイルが空です。中身のあるファイルを選んでください", m->file);
	if (guessed)
		*kind = guess(bytes, len);
	r = *kind == INTAKE_XLSX ? author_take(m, bytes, len)
				 : take_document(m, kind, guessed, bytes, len);
	if (r == 0)
		r = making_check(m, NULL);
	return r < 0 || !arena_failed(m->arena) ? r : err_nomem(m->err);
}

/* ---- handing on ---- */

static int hand_on_file(const struct made *made, struct arena *arena, struct intake_file *ret,
			struct err *err)
{
	struct buf b;

	buf_init(&b, 0);
	emit_yaml(made->root, &b);
	*ret = (struct intake_file){
		.kind = arena_strdup(arena, made->kind),
		.id = arena_strdup(arena, made->id),
		.name = arena_printf(arena, "%s.yaml", made->id),
		.title = arena_strdup(arena, made->title),
		.yaml = buf_failed(&b) ? NULL : arena_strndup(arena, b.data ? b.data : "", b.len),
		.len = b.len,
		.count = made->count,
		.lacks = arena_strdup(arena, made->lacks),
	};
	buf_release(&b);
	return ret->yaml && !arena_failed(arena) ? 0 : err_nomem(err);
}

static int hand_on(const struct making *m, struct arena *arena, struct intake *ret)
{
	struct intake_file *file = arena_calloc(arena, m->made_count + 1, sizeof *file);
	struct intake_note *note = arena_calloc(arena, m->note_count + 1, sizeof *note);
	size_t i;
	int r = file && note ? 0 : err_nomem(m->err);

	for (i = 0; r == 0 && i < m->made_count; i++)
		r = hand_on_file(&m->made[i], arena, &file[i], m->err);
	for (i = 0; r == 0 && i < m->note_count; i++) {
		note[i].place = arena_strdup(arena, m->note[i].place);
		note[i].text = arena_strdup(arena, m->note[i].text);
	}
	if (r < 0 || arena_failed(arena))
		return r < 0 ? r : err_nomem(m->err);
	ret->file = file;
	ret->file_count = m->made_count;
	ret->note = note;
	ret->note_count = m->note_count;
	return 0;
}

int intake_read(const struct definitions *d, enum intake_kind kind, const char *file_name,
		const void *bytes, size_t len, struct arena *arena, struct intake *ret,
		struct err *err)
{
	struct arena work;
	struct making m = { .d = d, .arena = &work, .err = err };
	int r;

	arena_init(&work, DOCUMENT_ARENA);
	m.file = making_line(&m, "", file_name ? file_name : "");
	if (!*m.file)
		m.file = "ファイル";
	ret->kind = kind;
	r = take(&m, &ret->kind, bytes, len);
	if (r == 0)
		r = hand_on(&m, arena, ret);
	else if (err && !err->file[0] && err->line > 0)
		snprintf(err->file, sizeof err->file, "%.200s", m.file);
	define_free(m.found);
	arena_release(&work);
	return r;
}
