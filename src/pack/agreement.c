/* The agreement on who does what in a contract, to be signed by both parties. */
#include "pack/agreement.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "pack/pack.h"

/* --- words ---------------------------------------------------------------------------- */

const char *agreement_check(const struct agreement *a, const struct answer *answer)
{
	const char *text;

	if (answer->value == ANSWER_UNCONFIRMED)
		return "";
	text = arena_printf(a->g.arena, "%s\n%s", answer_label(answer->value),
			    answer->confirmed_on);
	return text ? text : "";
}

const char *agreement_doer(const struct sharing_item *i)
{
	return doer_label(i->agreed->now.doer);
}

static const char *said(const struct answer *a)
{
	return a->value == ANSWER_UNCONFIRMED ? "未回答" : doer_label(a->doer);
}

const char *agreement_standing(const struct agreement *a, const struct sharing_item *i)
{
	const char *text = arena_printf(a->g.arena, "未合意（医療機関: %s、事業者: %s）",
					said(&i->hospital->now), said(&i->vendor->now));

	return text ? text : "";
}

const char *agreement_left(const struct agreement *a, const struct sharing_item *i)
{
	const struct answer *agreed = &i->agreed->now;

	if (agreed->value == ANSWER_UNCONFIRMED)
		return agreement_standing(a, i);
	if (i->state == SHARING_CHANGED)
		return "合意の後に、どちらかの答えが変わりました。確かめ直します。";
	if (!i->open)
		return "";
	return *agreed->open_points ? agreed->open_points
				    : "初回確認が「いいえ」で、まだ済んでいません。";
}

const char *agreement_responsible(const struct sharing_item *i)
{
	return i->agreed->now.responsible_name;
}

const char *agreement_section(const struct agreement *a, const struct sharing_item *i)
{
	const struct catalogue *c = a->view.round.catalogue;
	size_t n;

	for (n = 0; n < c->section_count; n++)
		if (strcmp(c->section[n].id, i->item->section) == 0)
			return c->section[n].title;
	return i->item->section;
}

/* --- the first page --------------------------------------------------------------------- */

static const char *term(const struct agreement *a)
{
	const struct parties *p = &a->parties;

	if (!*p->from && !*p->to)
		return "";
	return arena_printf(a->g.arena, "%s から %s", *p->from ? p->from : "（未記入）",
			    *p->to ? p->to : "（未記入）");
}

static const char *approval_text(const struct agreement *a)
{
	const struct approval *ap = &a->view.approval;
	char when[40];

	if (ap->state == APPROVAL_NONE)
		return "未承認";
	time_text(ap->at_us, false, when, sizeof when);
	return arena_printf(a->g.arena, "%s　%s%s", when, ap->by,
			    ap->state == APPROVAL_OUTDATED ? "（承認の後に変更あり）" : "");
}

static void cover(struct agreement *a, struct pdf *p)
{
	char date[DATE_SIZE], wareki[64];
	const struct pdf_pair pairs[] = {
		{ "医療機関", a->parties.hospital, NULL }, { "事業者", a->parties.vendor, NULL },
		{ "契約", a->parties.contract, NULL },	   { "契約番号", a->parties.number, NULL },
		{ "契約の期間", term(a), NULL },	   { "合意の状況", a->state, NULL },
		{ "承認", approval_text(a), NULL },	   { "作成日", wareki, NULL },
		{ "記録の控え", a->g.footer, NULL },
	};
	struct pdf_pair shown[9];
	size_t i, n = 0;

	date_of_us(a->g.now_us, date);
	date_wareki(date, wareki, sizeof wareki);
	for (i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		if (pairs[i].value && *pairs[i].value)
			shown[n++] = pairs[i];
	pdf_cover(p,
		  &(struct pdf_cover){ .kind = "医療情報システムの契約",
				       .title = a->title,
				       .subtitle = a->view.round.title,
				       .pairs = shown,
				       .pair_count = n,
				       .note = "各ページの下のQRコードは、この合意書を作ったときの"
					       "記録の控え（署名付き）です。後から書き換えられてい"
					       "ないことを、この控えと照らして確かめられます。" });
}

static const char *reply_text(const struct agreement *a)
{
	size_t i;

	for (i = 0; i < a->reply_count; i++)
		if (a->reply[i].sent)
			return arena_printf(
				a->g.arena, "%s（%s、%sで提出）",
				reply_person(a->reply[i].name, a->reply[i].post, a->g.arena),
				a->reply[i].sent_on, reply_through_label(a->reply[i].through));
	return "";
}

static void parties_section(struct agreement *a, struct pdf *p)
{
	const struct parties *k = &a->parties;
	const struct pdf_pair pairs[] = {
		{ "医療機関", k->hospital, NULL },
		{ "医療機関の担当者", k->our_person, NULL },
		{ "事業者", k->vendor, NULL },
		{ "事業者の担当者", k->vendor_person, NULL },
		{ "事業者の住所", k->vendor_address, NULL },
		{ "契約", k->contract, NULL },
		{ "契約番号", k->number, NULL },
		{ "契約の種類", k->kind, NULL },
		{ "対象のシステム", k->systems, NULL },
		{ "契約の期間", term(a), NULL },
		{ "事業者として答えた人", reply_text(a), NULL },
		{ "使った確認表",
		  arena_printf(a->g.arena, "%s（%s）", a->view.round.catalogue->title,
			       a->view.round.catalogue->edition),
		  NULL },
	};

	pdf_section(p, PDF_PORTRAIT);
	pdf_heading(p, 1, "1", "当事者と契約", NULL);
	pdf_pairs(p, pairs, sizeof pairs / sizeof pairs[0]);
	pdf_text(
		p,
		a->whole
			? "医療機関と事業者は、この契約について、次の章のとおりに役割を分けることを"
			  "確かめました。「行う者」が共同の項目は、両者が話し合って行います。"
			: "医療機関と事業者が、この契約について役割の分け方を話し合っている途中の内"
			  "容です。「行う者」が共同の項目は、両者が話し合って行います。");
	if (!a->whole)
		pdf_note(p, PDF_NOTE_WARN, "まだ案です", a->state);
}

/* --- who does what -------------------------------------------------------------------------- */

static enum pdf_mark mark_of(const struct sharing_item *i)
{
	if (i->state == SHARING_CHANGED)
		return PDF_MARK_CAUTION;
	if (i->agreed->now.value == ANSWER_UNCONFIRMED)
		return PDF_MARK_OPEN;
	return i->agreed->now.value == ANSWER_NA ? PDF_MARK_NA : PDF_MARK_NONE;
}

static void item_row(struct agreement *a, const struct sharing_item *i, struct pdf *p)
{
	const struct answer *agreed = &i->agreed->now;
	bool is_agreed = agreed->value != ANSWER_UNCONFIRMED;
	const struct pdf_cell cells[] = {
		{ .text = i->item->id },
		{ .text = i->item->topic },
		{ .text = is_agreed ? agreement_doer(i) : "未合意",
		  .mark = mark_of(i),
		  .strong = is_agreed },
		{ .text = agreement_check(a, &i->hospital->now) },
		{ .text = agreement_check(a, &i->vendor->now) },
		{ .text = agreed->completed_on },
		{ .text = agreement_responsible(i) },
		{ .text = is_agreed ? agreed->note : agreement_standing(a, i),
		  .muted = !is_agreed },
	};

	pdf_row(p, cells);
}

static void roles_section(struct agreement *a, struct pdf *p)
{
	static const struct pdf_column columns[] = {
		{ .title = "項番", .share = 9 },
		{ .title = "項目", .share = 27 },
		{ .title = "行う者", .share = 13 },
		{ .title = "医療機関の\n初回確認", .share = 13, .align = PDF_CENTER },
		{ .title = "事業者の\n初回確認", .share = 13, .align = PDF_CENTER },
		{ .title = "完了日", .share = 12, .align = PDF_CENTER },
		{ .title = "受け持つ人", .share = 18 },
		{ .title = "取り決め", .share = 34 },
	};
	const char *section = NULL;
	size_t n;

	pdf_section(p, PDF_LANDSCAPE);
	pdf_heading(p, 1, "2", "だれが何を行うか", NULL);
	pdf_table_begin(p, columns, sizeof columns / sizeof columns[0], PDF_GRID);
	for (n = 0; n < a->sharing.count; n++) {
		const struct sharing_item *i = &a->sharing.item[n];

		if (!section || strcmp(section, i->item->section) != 0)
			pdf_row_group(p, agreement_section(a, i));
		section = i->item->section;
		item_row(a, i, p);
	}
	pdf_table_end(p, "当てはまる項目はありません。");
}

static void left_row(struct agreement *a, const struct sharing_item *i, struct pdf *p)
{
	const struct answer *agreed = &i->agreed->now;
	const struct pdf_cell cells[] = {
		{ .text = i->item->id },
		{ .text = i->item->topic },
		{ .text = agreement_left(a, i) },
		{ .text = agreement_doer(i) },
		{ .text = agreement_responsible(i) },
		{ .text = *agreed->target_on ? agreed->target_on : "―",
		  .mark = i->overdue ? PDF_MARK_CAUTION : PDF_MARK_NONE },
	};

	pdf_row(p, cells);
}

static void left_section(struct agreement *a, struct pdf *p)
{
	static const struct pdf_column columns[] = {
		{ .title = "項番", .share = 9 },
		{ .title = "項目", .share = 28 },
		{ .title = "残っていること", .share = 44 },
		{ .title = "行う者", .share = 12 },
		{ .title = "責任を持つ人", .share = 22 },
		{ .title = "目標日", .share = 16, .align = PDF_CENTER },
	};
	size_t n;

	pdf_space(p, 6);
	pdf_need(p, 60);
	pdf_heading(p, 1, "3", "残っていること", NULL);
	pdf_table_begin(p, columns, sizeof columns / sizeof columns[0], PDF_GRID);
	for (n = 0; n < a->sharing.count; n++)
		if (*agreement_left(a, &a->sharing.item[n]))
			left_row(a, &a->sharing.item[n], p);
	pdf_table_end(p, "残っていることはありません。");
	if (a->sharing.overdue)
		pdf_remark(p, "目標日に印のある項目は、目標日を過ぎています。");
}

static void excluded_section(struct agreement *a, struct pdf *p)
{
	static const struct pdf_column columns[] = { { .title = "項番", .share = 10 },
						     { .title = "項目", .share = 40 },
						     { .title = "当てはまらない理由",
						       .share = 50 } };
	size_t n;

	if (!a->view.excluded_count)
		return;
	pdf_heading(p, 2, NULL, "この契約では確かめない項目", NULL);
	pdf_table_begin(p, columns, 3, PDF_ZEBRA);
	for (n = 0; n < a->view.excluded_count; n++) {
		const struct round_excluded *e = &a->view.excluded[n];
		const char *const cells[] = { e->item->id, e->item->topic, e->reason };

		pdf_row_text(p, cells);
	}
	pdf_table_end(p, NULL);
}

/* --- signing and approving -------------------------------------------------------------------- */

static void sign_here(struct pdf *p, const char *party, const char *name, const char *address)
{
	static const char *const line[] = { "職・氏名（印）" };
	const struct pdf_pair pairs[] = { { party, name, NULL }, { "住所", address, NULL } };

	pdf_need(p, 45);
	pdf_pairs(p, pairs, 2);
	pdf_signatures(p, line, 1);
	pdf_space(p, 6);
}

static void signing_section(struct agreement *a, struct pdf *p)
{
	pdf_section(p, PDF_PORTRAIT);
	pdf_heading(p, 1, "4", "署名・押印", NULL);
	pdf_text(p, "この合意の内容を確かめ、双方が1部ずつ保管します。");
	sign_here(p, "医療機関", a->parties.hospital, a->parties.hospital_address);
	sign_here(p, "事業者", a->parties.vendor, a->parties.vendor_address);
}

static void approval_section(struct agreement *a, struct pdf *p)
{
	const struct approval *ap = &a->view.approval;
	struct pdf_approval box = { .role = "経営層（病院長など）" };
	char when[40] = "";
	const struct pdf_pair pairs[] = {
		{ "合意の状況", a->state, NULL },
		{ "今の内容の控え（SHA-256）", a->view.digest, NULL },
		{ "承認の意見", ap->comment ? ap->comment : "", NULL },
	};

	pdf_heading(p, 1, "5", "医療機関の承認", NULL);
	pdf_pairs(p, pairs, sizeof pairs / sizeof pairs[0]);
	if (ap->state != APPROVAL_NONE) {
		time_text(ap->at_us, false, when, sizeof when);
		box = (struct pdf_approval){
			.role = ap->role, .name = ap->by, .date = when, .hash = ap->digest
		};
	}
	if (ap->state == APPROVAL_OUTDATED)
		pdf_note(p, PDF_NOTE_WARN, "承認が古くなっています",
			 "この承認の後に内容が変わりました。下の控えは承認したときのものです。");
	pdf_approvals(p, &box, 1);
	pdf_remark(p,
		   "控えは、両者の答えと合意の内容すべてから計算した値です。1文字でも変わると別の値"
		   "になります。記録全体の控えは各ページの下にあり、daicho verify に --checkpoint "
		   "で渡すと、今の記録がこの控えの続きであることを確かめられます。");
}

static int draw(struct agreement *a, const char *path, struct err *err)
{
	const struct pdf_info info = gather_pdf_info(&a->g, a->title);
	struct pdf *p;
	int r = pdf_new(&info, &p, err);

	if (r < 0)
		return r;
	cover(a, p);
	parties_section(a, p);
	roles_section(a, p);
	left_section(a, p);
	excluded_section(a, p);
	signing_section(a, p);
	approval_section(a, p);
	r = arena_failed(a->g.arena) ? err_nomem(err) : pdf_finish_file(p, path, err);
	pdf_free(p);
	return r;
}

/* --- all of it ----------------------------------------------------------------------------------
 */

static int read_all(struct agreement *a, const char *round, struct err *err)
{
	struct gather *g = &a->g;
	size_t agreed;
	int r = round_view(g->l, g->c, round, ROUND_UNNAMED, g->arena, &a->view, err);

	if (r == 0)
		r = sharing_read(&a->view, g->arena, &a->sharing, err);
	if (r == 0)
		r = parties_read(g->l, g->c, &a->view.round, g->arena, &a->parties, err);
	if (r == 0)
		r = reply_list(g->l, g->c, a->view.round.id, g->arena, &a->reply, &a->reply_count,
			       err);
	if (r < 0)
		return r;
	agreed = a->sharing.in[SHARING_AGREED];
	a->whole = agreed == a->sharing.count && agreed;
	a->title = a->whole ? "役割分担の合意書" : "役割分担の合意書（案）";
	a->state =
		arena_printf(g->arena, "%zu項目のうち%zu項目が合意済み、残っていることが%zu件",
			     a->sharing.count, agreed, a->sharing.count - agreed + a->sharing.open);
	return a->state ? 0 : err_nomem(err);
}

static int write_files(struct agreement *a, const char *dir, struct err *err)
{
	char path[PATH_MAX];
	int r;

	if (snprintf(path, sizeof path, "%s/agreement.pdf", dir) >= (int)sizeof path - 1)
		return err_set(err, ERR_LIMIT, "パスが長すぎます: %.200s", dir);
	r = draw(a, path, err);
	snprintf(path, sizeof path, "%s/agreement.xlsx", dir);
	return r < 0 ? r : agreement_write_xlsx(a, path, err);
}

int pack_agreement(struct ledgers *l, const char *round, const char *dir, struct err *err)
{
	struct agreement a = { .title = "" };
	struct arena arena;
	struct conn *c = NULL;
	int r = dir_make(dir, 0700, err);

	if (r == 0)
		r = store_read_begin(ledgers_store(l), &c, err);
	if (r < 0)
		return r;
	arena_init(&arena, (size_t)256 * 1024 * 1024);
	r = gather_init(&a.g, l, c, &arena, err);
	if (r == 0)
		r = read_all(&a, round, err);
	if (r == 0)
		r = write_files(&a, dir, err);
	store_read_end(c);
	arena_release(&arena);
	return r;
}
