#include "interop/author.h"

#include <string.h>

/* ---- closed sets ---- */

static const char *name_of_role(int i)
{
	return role_name((enum role)i);
}

static const char *label_of_role(int i)
{
	return role_label((enum role)i);
}

static const char *name_of_org(int i)
{
	return org_kind_name((enum org_kind)i);
}

static const char *label_of_org(int i)
{
	return org_kind_label((enum org_kind)i);
}

static const char *name_of_control(int i)
{
	return control_kind_name((enum control_kind)(i + 1));
}

static const char *label_of_control(int i)
{
	return control_kind_label((enum control_kind)(i + 1));
}

static const char *name_of_area(int i)
{
	return area_name((enum area)i);
}

static const char *label_of_area(int i)
{
	return area_label((enum area)i);
}

static const char *name_of_ask(int i)
{
	return ask_kind_name((enum ask_kind)i);
}

static const char *label_of_ask(int i)
{
	static const char *const labels[ASK_MAX] = { "はい・いいえ", "文",	"数",
						     "日付",	     "1つ選ぶ", "いくつか選ぶ" };

	return labels[i];
}

static const char *name_of_relation(int i)
{
	return pair_relation_name((enum pair_relation)i);
}

static const char *label_of_relation(int i)
{
	return pair_relation_label((enum pair_relation)i);
}

static const char *name_of_confidence(int i)
{
	return confidence_name((enum confidence)i);
}

static const char *label_of_confidence(int i)
{
	return confidence_label((enum confidence)i);
}

static const char *name_of_status(int i)
{
	return i ? "unconfirmed" : "confirmed";
}

static const char *label_of_status(int i)
{
	return i ? "確認待ち" : "確認済み";
}

static const char *name_of_wording(int i)
{
	return i ? "source" : "own";
}

static const char *label_of_wording(int i)
{
	return i ? "発行者の文のまま" : "自分たちの言葉";
}

static const struct author_words roles = { name_of_role, label_of_role, ROLE_MAX },
				 orgs = { name_of_org, label_of_org, ORG_MAX },
				 controls = { name_of_control, label_of_control, CONTROL_MAX - 1 },
				 areas = { name_of_area, label_of_area, AREA_MAX },
				 asks = { name_of_ask, label_of_ask, ASK_MAX },
				 relations = { name_of_relation, label_of_relation, PAIR_MAX },
				 confidences = { name_of_confidence, label_of_confidence,
						 CONFIDENCE_MAX },
				 statuses = { name_of_status, label_of_status, 2 },
				 wordings = { name_of_wording, label_of_wording, 2 };

/* ---- columns ---- */

const struct author_column author_items[] = {
	{ .label = "項目ID",
	  .key = "id",
	  .width = 16,
	  .required = true,
	  .help = "この基準の中で1つだけの名前。区分・群・番号をハイフンでつなぎます" },
	{ .label = "区分",
	  .key = "section",
	  .width = 10,
	  .required = true,
	  .help = "「区分」シートにある区分のID" },
	{ .label = "群", .key = "group", .width = 10, .help = "区分の中のまとまり。なければ空" },
	{ .label = "番号", .key = "number", .width = 8, .help = "印刷されたとおりの番号" },
	{ .label = "水準", .key = "level", .width = 8, .help = "C、D、遵守 のどれか。なければ空" },
	{ .label = "見出し",
	  .key = "headings",
	  .form = AUTHOR_LIST,
	  .width = 24,
	  .help = "外側から順に、1行に1つ" },
	{ .label = "題", .key = "topic", .width = 24, .required = true, .help = "短い題" },
	{ .label = "求めること",
	  .key = "says",
	  .width = 50,
	  .required = true,
	  .help = "120文字までの平易な文" },
	{ .label = "細目",
	  .key = "statements",
	  .form = AUTHOR_PARTS,
	  .first = "id",
	  .second = "says",
	  .width = 40,
	  .help = "1行に1つ、「記号｜文」" },
	{ .label = "すること",
	  .key = "do",
	  .form = AUTHOR_LIST,
	  .width = 40,
	  .help = "1行に1つ、100文字まで" },
	{ .label = "見せるもの",
	  .key = "show",
	  .form = AUTHOR_LIST,
	  .width = 30,
	  .help = "1行に1つ、80文字まで" },
	{ .label = "担当",
	  .key = "role",
	  .form = AUTHOR_WORDS,
	  .words = &roles,
	  .width = 18,
	  .help = "1行に1つ。最初が責任を持つ役割" },
	{ .label = "対象",
	  .key = "applies",
	  .form = AUTHOR_WORDS,
	  .words = &orgs,
	  .width = 24,
	  .help = "1行に1つ。空ならすべて" },
	{ .label = "条件",
	  .key = "needs",
	  .form = AUTHOR_LIST,
	  .width = 18,
	  .help = "成り立つときだけ要る事実のID（daicho の content/scope.yaml）" },
	{ .label = "予防・発見",
	  .key = "control",
	  .form = AUTHOR_WORD,
	  .words = &controls,
	  .width = 12,
	  .help = "なければ空" },
	{ .label = "領域",
	  .key = "area",
	  .form = AUTHOR_WORDS,
	  .words = &areas,
	  .width = 16,
	  .help = "1行に1つ" },
	{ .label = "型",
	  .key = "patterns",
	  .form = AUTHOR_LIST,
	  .width = 8,
	  .help = "1行に1つ（Ⅰ、Ⅱ など）" },
	{ .label = "答える欄",
	  .key = "columns",
	  .form = AUTHOR_LIST,
	  .width = 14,
	  .help = "「欄」シートのID。1行に1つ" },
	{ .label = "測り方",
	  .key = "measure",
	  .form = AUTHOR_LIST,
	  .width = 20,
	  .help = "daicho の測り方の名前。1行に1つ" },
	{ .label = "答え方",
	  .key = "kind",
	  .form = AUTHOR_WORD,
	  .words = &asks,
	  .width = 14,
	  .help = "空なら、はい・いいえ" },
	{ .label = "選択肢",
	  .key = "options",
	  .form = AUTHOR_LIST,
	  .width = 20,
	  .help = "選ぶ答えのとき、1行に1つ" },
	{ .label = "属性",
	  .key = "attributes",
	  .form = AUTHOR_PARTS,
	  .first = "name",
	  .second = "value",
	  .width = 24,
	  .help = "1行に1つ、「名前｜値」" },
	{ .label = "原文の注意", .key = "slip", .width = 30, .help = "原文の誤りと、どう読んだか" },
	{ .label = "確認状態",
	  .key = "status",
	  .form = AUTHOR_WORD,
	  .words = &statuses,
	  .width = 12,
	  .help = "空なら確認済み" },
	{ .label = "確認待ちの内容",
	  .key = "unconfirmed_note",
	  .width = 30,
	  .help = "確認待ちのとき、何が分かっていないか" },
	{ .label = "出典",
	  .key = "cites",
	  .form = AUTHOR_PARTS,
	  .first = "document",
	  .second = "place",
	  .width = 40,
	  .help = "1行に1つ、「文書と版｜場所」" },
	{ .label = "引き継ぐ項目",
	  .key = "replaces",
	  .form = AUTHOR_PARTS,
	  .first = "catalogue",
	  .second = "id",
	  .width = 24,
	  .help = "「前の版の基準のID｜項目ID」" },
	{ .label = "変更",
	  .key = "change",
	  .width = 10,
	  .help = "前の版から: 同じ、追記、変更、統合、新設" },
	{ .label = "前提", .key = "precondition", .width = 24, .help = "答える前提。なければ空" },
	{ .label = NULL },
};

const struct author_column author_sections[] = {
	{ .label = "区分ID", .key = "id", .width = 14, .required = true, .help = "区分の番号" },
	{ .label = "区分の題", .key = "title", .width = 60, .required = true, .help = "区分の題" },
	{ .label = NULL },
};

const struct author_column author_columns[] = {
	{ .label = "欄ID", .key = "id", .width = 14, .required = true, .help = "欄の名前" },
	{ .label = "欄の題",
	  .key = "label",
	  .width = 40,
	  .required = true,
	  .help = "印刷された題" },
	{ .label = NULL },
};

const struct author_column author_pairs[] = {
	{ .label = "項目",
	  .key = "from",
	  .width = 18,
	  .required = true,
	  .help = "元の基準の項目ID、「項目ID#細目」、または「区分-群」" },
	{ .label = "相手の項目",
	  .key = "to",
	  .width = 18,
	  .required = true,
	  .help = "相手の基準で同じように" },
	{ .label = "関係",
	  .key = "relation",
	  .form = AUTHOR_WORD,
	  .words = &relations,
	  .width = 18,
	  .required = true,
	  .help = "元の項目から見た関係" },
	{ .label = "確かさ",
	  .key = "confidence",
	  .form = AUTHOR_WORD,
	  .words = &confidences,
	  .width = 10,
	  .help = "空なら確か" },
	{ .label = "理由",
	  .key = "reason",
	  .width = 60,
	  .required = true,
	  .help = "この組に固有の理由、1行" },
	{ .label = "残ること",
	  .key = "remains",
	  .width = 50,
	  .help = "元を満たした後、相手のためにまだすること" },
	{ .label = "逆に残ること",
	  .key = "remains_back",
	  .width = 50,
	  .help = "相手を満たした後、元のためにまだすること" },
	{ .label = NULL },
};

const struct author_column author_catalogue_head[] = {
	{ .label = "基準ID",
	  .key = "catalogue",
	  .required = true,
	  .help = "英小文字、数字、点、ハイフン、下線。ファイル名になります" },
	{ .label = "題名", .key = "title", .required = true, .help = "文書の名前と編" },
	{ .label = "版", .key = "edition", .required = true, .help = "第6.0版 など" },
	{ .label = "発行者", .key = "publisher", .required = true, .help = "" },
	{ .label = "発行日", .key = "published", .help = "2023-05-31 の形。出典で見たときだけ" },
	{ .label = "出典", .key = "source", .required = true, .help = "文書の名前かURL" },
	{ .label = "確認状態",
	  .key = "status",
	  .form = AUTHOR_WORD,
	  .words = &statuses,
	  .help = "" },
	{ .label = "注記", .key = "note", .help = "この基準の使い方と限り" },
	{ .label = "種類",
	  .key = "kind",
	  .required = true,
	  .help = "guideline checklist contract survey disclosure bcp network issues notes" },
	{ .label = "誰について",
	  .key = "target",
	  .required = true,
	  .help = "facility vendor contract" },
	{ .label = "番号の一覧",
	  .key = "coverage",
	  .help = "印刷された番号の一覧の名前。なければ空" },
	{ .label = "言語", .key = "language", .help = "空なら ja" },
	{ .label = "権利", .key = "rights", .help = "著作権などの表示" },
	{ .label = "文の出どころ",
	  .key = "wording",
	  .form = AUTHOR_WORD,
	  .words = &wordings,
	  .help = "空なら自分たちの言葉（文の長さを調べます）" },
	{ .label = NULL },
};

const struct author_column author_crosswalk_head[] = {
	{ .label = "元の基準ID", .key = "from", .required = true, .help = "" },
	{ .label = "相手の基準ID", .key = "to", .required = true, .help = "" },
	{ .label = "題名", .key = "title", .required = true, .help = "" },
	{ .label = "出典", .key = "source", .required = true, .help = "誰が作った対応か" },
	{ .label = "注記", .key = "note", .help = "" },
	{ .label = "文の出どころ",
	  .key = "wording",
	  .form = AUTHOR_WORD,
	  .words = &wordings,
	  .help = "空なら自分たちの言葉（理由の長さと繰り返しを調べます）" },
	{ .label = NULL },
};

size_t author_count(const struct author_column *columns)
{
	size_t n = 0;

	while (columns[n].label)
		n++;
	return n;
}

/* ---- members of a cell ---- */

static void add_escaped(struct buf *cell, const char *text, bool bar)
{
	for (; *text; text++) {
		if (*text == '\n')
			buf_puts(cell, "\\n");
		else if (*text == '\\')
			buf_puts(cell, "\\\\");
		else if (bar && strncmp(text, AUTHOR_BAR, strlen(AUTHOR_BAR)) == 0)
			buf_puts(cell, "\\"), buf_putc(cell, *text);
		else if (*text != '\r')
			buf_putc(cell, *text);
	}
}

void author_member_add(struct buf *cell, const char *member)
{
	if (cell->len)
		buf_putc(cell, '\n');
	add_escaped(cell, member, false);
}

void author_parts_add(struct buf *cell, const char *first, const char *second)
{
	if (cell->len)
		buf_putc(cell, '\n');
	add_escaped(cell, first, true);
	buf_puts(cell, AUTHOR_BAR);
	add_escaped(cell, second, false);
}

/* Undoes the escapes of `len` bytes. */
static const char *unescape(const char *text, size_t len, struct arena *arena)
{
	char *ret = arena_strndup(arena, text, len), *w = ret;
	size_t i;

	for (i = 0; ret && i < len; i++) {
		if (text[i] == '\\' && i + 1 < len) {
			i++;
			*w++ = text[i] == 'n' ? '\n' : text[i];
		} else {
			*w++ = text[i];
		}
	}
	if (ret)
		*w = '\0';
	return ret;
}

static size_t trimmed(const char **text, size_t len)
{
	while (len && strchr(" \t\r", **text)) {
		++*text;
		len--;
	}
	while (len && strchr(" \t\r", (*text)[len - 1]))
		len--;
	return len;
}

const char *author_member_next(const char **at, struct arena *arena)
{
	while (**at) {
		const char *line = *at;
		size_t n = strcspn(line, "\n"), len;

		*at += n + (line[n] == '\n');
		len = trimmed(&line, n);
		if (len)
			return arena_strndup(arena, line, len);
	}
	return NULL;
}

const char *author_member(const char *raw, struct arena *arena)
{
	return unescape(raw, strlen(raw), arena);
}

/* Where the first part ends, and how long the mark is that ends it. */
static size_t find_bar(const char *member, size_t *ret_mark)
{
	static const char *const marks[] = { AUTHOR_BAR, ": ", "：" };
	size_t i, k;

	for (k = 0; k < sizeof marks / sizeof marks[0]; k++)
		for (i = 0; member[i]; i++) {
			if (member[i] == '\\' && member[i + 1])
				i++;
			else if (strncmp(member + i, marks[k], strlen(marks[k])) == 0) {
				*ret_mark = strlen(marks[k]);
				return i;
			}
		}
	*ret_mark = 0;
	return strlen(member);
}

bool author_parts_split(const char *raw, struct arena *arena, const char **ret_first,
			const char **ret_second)
{
	size_t mark, at = find_bar(raw, &mark), len;
	const char *first = raw, *second = raw + at + mark;

	len = trimmed(&first, at);
	*ret_first = unescape(first, len, arena);
	len = trimmed(&second, strlen(second));
	*ret_second = unescape(second, len, arena);
	return mark > 0 && *ret_first && *ret_second;
}
