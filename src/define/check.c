/* Rules that need a whole ledger or catalogue. */
#include <string.h>

#include "base/clock.h"
#include "define/parse.h"

static void check_encrypted(struct reading *rd, const struct ledger_def *l, const int *field,
			    size_t count, const char *where)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (l->field[field[i]].class >= CLASS_PATIENT)
			complain_at(rd, &l->field[field[i]].pos,
				    "項目 %s は暗号化されるため、%sには使えません",
				    l->field[field[i]].name, where);
}

static bool on_form(const struct ledger_def *l, size_t field)
{
	size_t s, i;

	for (s = 0; s < l->form_count; s++)
		for (i = 0; i < l->form[s].count; i++)
			if ((size_t)l->form[s].field[i] == field)
				return true;
	return false;
}

static void check_field(struct reading *rd, const struct ledger_def *l, size_t i)
{
	const struct field_def *f = &l->field[i];

	if (f->unique && (f->type == FIELD_LONGTEXT || f->type == FIELD_FILES ||
			  f->type == FIELD_REFS || f->class >= CLASS_PATIENT))
		complain_at(rd, &f->pos,
			    "項目 %s は unique にできません（長文・ファイル・暗号化される項目）",
			    f->name);
	if (f->required && f->type == FIELD_FILES)
		complain_at(rd, &f->pos, "項目 %s（ファイル）は required にできません", f->name);
	if (f->enum_def && f->default_value && !enum_find(f->enum_def, f->default_value))
		complain_at(rd, &f->pos, "既定値「%s」が enum にありません", f->default_value);
	if (f->type == FIELD_DATE && f->default_value && !date_valid(f->default_value))
		complain_at(rd, &f->pos, "既定値「%s」が日付ではありません", f->default_value);
	if (!l->system && f->required && !on_form(l, i))
		complain_at(rd, &f->pos, "必須の項目 %s が入力の形（views.form）にありません",
			    f->name);
}

void check_ledger(struct reading *rd, const struct ledger_def *l)
{
	size_t i;

	for (i = 0; i < l->field_count; i++)
		check_field(rd, l, i);
	check_access(rd, l);
	if (l->field_count) {
		const struct field_def *f = &l->field[l->name_field];

		if (f->type == FIELD_FILES || f->type == FIELD_REFS || f->class >= CLASS_PATIENT)
			complain_at(rd, &f->pos,
				    "項目 %s は、件の呼び名（name_field）にはできません", f->name);
	}
	check_encrypted(rd, l, l->list_column, l->list_column_count, "一覧の列");
	check_encrypted(rd, l, l->filter, l->filter_count, "絞り込み");
	check_encrypted(rd, l, l->import_key, l->import_key_count, "取り込みの鍵");
	check_encrypted(rd, l, l->import_fallback, l->import_fallback_count, "取り込みの鍵");
	check_encrypted(rd, l, l->report_column, l->report_column_count, "印刷の列");
	for (i = 0; i < l->sort_count; i++)
		check_encrypted(rd, l, &l->sort[i].field, 1, "並べ替え");
}
