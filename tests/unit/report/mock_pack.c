#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "mock_pack.h"

#include "report/tree.h"

const char mock_checkpoint[] =
	"daicho.example.jp/mihon-hospital\n"
	"48211\n"
	"n1qkW2gpmRSuLQyYkXbYIbnMFqUcHBzXkLmH4OL3CTA=\n"
	"\n"
	"— daicho.example.jp/mihon-hospital aGVsbG8hAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"
	"ISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==\n";
const char mock_checkpoint_line[] = "daicho.example.jp/mihon-hospital 48211 9f5aa45b68299914";

struct pdf_info mock_info(void)
{
	return (struct pdf_info){
		.title = "立入検査 提出資料 令和8年度",
		.facility = "医療法人見本会 見本病院",
		.subject = "医療機関におけるサイバーセキュリティ対策チェックリスト",
		.created_us = MOCK_CREATED_US,
		.footer_left = mock_checkpoint_line,
		.footer_note = mock_checkpoint,
	};
}

struct item {
	const char *number, *text;
	enum pdf_mark mark;
	const char *confirmed, *target;
};

static const struct item items[] = {
	{ "1-1", "医療情報システムの安全管理に責任を持つ人を決めている。", PDF_MARK_YES,
	  "2026-10-02", "" },
	{ "2-1", "サーバ、端末PC、ネットワーク機器の台帳を作り、いまの状態に保っている。",
	  PDF_MARK_YES, "2026-11-08", "" },
	{ "2-2", "遠隔から保守する機器がどれか、事業者に確かめている。", PDF_MARK_NO, "",
	  "2027-01-31" },
	{ "2-3", "事業者から製造業者／サービス事業者による開示書（MDS/SDS）を受け取っている。",
	  PDF_MARK_OPEN, "", "" },
	{ "2-4", "利用者の職種・担当する業務ごとに、見てよい範囲を分けている。", PDF_MARK_YES,
	  "2026-10-15", "" },
	{ "2-5", "退職した人や使っていないアカウントを消している。", PDF_MARK_CAUTION, "2026-10-15",
	  "2026-12-25" },
	{ "2-6", "セキュリティパッチ（最新のファームウェアや更新プログラム）を当てている。",
	  PDF_MARK_NO, "", "2027-03-31" },
	{ "2-7", "二要素認証を使っている、または令和9年度までに使えるようにする予定がある。",
	  PDF_MARK_NA, "2026-10-15", "" },
	{ "3-1", "インシデントが起きたときの連絡体制図がある。", PDF_MARK_YES, "2026-09-30", "" },
	{ "3-2", "診療を続けるために必要な情報を検討し、バックアップと復旧の手順を確かめている。",
	  PDF_MARK_YES, "2026-11-01", "" },
	{ "3-3", "サイバー攻撃を想定した事業継続計画（BCP）を作っている。", PDF_MARK_YES,
	  "2026-11-01", "" },
};

#define ITEM_COUNT (sizeof items / sizeof items[0])

static void front(struct pdf *p)
{
	static const struct pdf_pair pairs[] = {
		{ "施設", "医療法人見本会 見本病院（60床）", NULL },
		{ "点検の年度", "令和8年度（2026年4月1日から2027年3月31日まで）", NULL },
		{ "基準", "医療機関におけるサイバーセキュリティ対策チェックリスト 令和6年度版",
		  NULL },
		{ "安全管理責任者", "副院長 髙橋 﨑子", NULL },
		{ "作成", "2026年11月20日 企画管理者 渡邊 齋（𠮷田 太郎 代行）", NULL },
	};
	struct pdf_cover cover = {
		.kind = "立入検査 提出資料",
		.title = "サイバーセキュリティ対策\n点検結果",
		.subtitle = "令和8年度",
		.pairs = pairs,
		.pair_count = sizeof pairs / sizeof pairs[0],
		.note = "この資料は台帳の記録から作成しました。各ページの下にある署名により、"
			"作成した時点の記録がその後に書き換えられていないことを確かめられます。",
	};

	pdf_cover(p, &cover);
	pdf_contents(p, "目次", 2);
	pdf_page_break(p);
}

static void answers(struct pdf *p)
{
	static const struct pdf_column columns[] = {
		{ "項番", 1.1, PDF_CENTER, false, false },
		{ "項目", 6.4, PDF_LEFT, false, false },
		{ "回答", 1.8, PDF_LEFT, false, false },
		{ "確認日", 1.9, PDF_CENTER, false, false },
		{ "目標日", 1.9, PDF_CENTER, false, false },
	};
	static const char *const groups[] = { "1　体制構築", "2　医療情報システムの管理・運用",
					      "3　インシデント発生に備えた対応" };
	size_t i, group = 0;

	pdf_heading(p, 1, "1", "チェックリストの回答", "answers");
	pdf_text(p, "各項目の回答は、台帳の状態から提案された内容を担当者が確認し、"
		    "病院長が承認したものです。「いいえ」の項目には、令和8年度中の目標日を定めてい"
		    "ます。");
	pdf_table_begin(p, columns, 5, PDF_GRID);
	for (i = 0; i < ITEM_COUNT; i++) {
		char link[16];
		struct pdf_cell cells[5] = { 0 };

		if (i == 0 || items[i].number[0] != items[i - 1].number[0])
			pdf_row_group(p, groups[group++]);
		snprintf(link, sizeof link, "#item-%s", items[i].number);
		cells[0] = (struct pdf_cell){ .text = items[i].number, .link = link };
		cells[1].text = items[i].text;
		cells[2].mark = items[i].mark;
		cells[3].text = items[i].confirmed;
		cells[4] = (struct pdf_cell){ .text = items[i].target, .strong = true };
		pdf_row(p, cells);
	}
	pdf_table_end(p, "");
	pdf_note(p, PDF_NOTE_WARN, "未確認の項目が1件あります",
		 "2-3 "
		 "は、まだ誰も確かめていません。提出の前に担当者が回答し、病院長の承認を受け直して"
		 "ください。");
	pdf_note(p, PDF_NOTE_INFO, NULL,
		 "印の意味：丸は「はい」、ばつは「いいえ」、四角は「未確認」、横線は「対象外」、"
		 "三角は「要確認」です。");
}

static void item_pages(struct pdf *p)
{
	static const char *const show[] = {
		"機器台帳（最終の棚卸しの日付と実施者が分かるもの）",
		"台帳に載っていない機器を見つけたときの手順書と、その記録",
		"担当者の任命書。外部に委託している場合は契約書の該当箇所（責任の分かれ目）",
	};
	size_t i;

	pdf_page_break(p);
	pdf_heading(p, 1, "2", "項目ごとの説明と証拠", NULL);
	for (i = 0; i < ITEM_COUNT; i++) {
		struct pdf_pair pairs[] = {
			{ "回答", items[i].mark == PDF_MARK_YES ? "はい" : "いいえ", NULL },
			{ "確認した人", "渡邊 齋（企画管理者）", NULL },
			{ "確認日", items[i].confirmed, NULL },
			{ "目標日", items[i].target, NULL },
			{ "根拠",
			  "機器台帳 42件。最後の棚卸しは "
			  "2026-11-08（12日前）。管理者の欄が空の機器が3件あります。",
			  "#devices" },
		};
		char anchor[16];

		snprintf(anchor, sizeof anchor, "item-%s", items[i].number);
		pdf_heading(p, 2, items[i].number, items[i].text, anchor);
		pdf_pairs(p, pairs, 5);
		pdf_heading(p, 3, NULL, "検査官に示すもの", NULL);
		pdf_bullets(p, show, 3);
		pdf_remark(p, "出典：医療機関におけるサイバーセキュリティ対策チェックリスト "
			      "令和6年度版。");
	}
}

static void devices_page(struct pdf *p, size_t count)
{
	static const struct pdf_column columns[] = {
		{ "管理番号", 1.5, PDF_LEFT, false, true },
		{ "名称", 2.6, PDF_LEFT, false, false },
		{ "種別", 1.3, PDF_LEFT, false, false },
		{ "設置場所", 1.7, PDF_LEFT, false, false },
		{ "メーカー", 1.6, PDF_LEFT, true, false },
		{ "型番", 1.9, PDF_LEFT, false, true },
		{ "OS", 1.9, PDF_LEFT, false, false },
		{ "IPアドレス", 1.7, PDF_LEFT, false, true },
		{ "保守期限", 1.4, PDF_CENTER, false, false },
		{ "管理者", 1.4, PDF_LEFT, false, false },
		{ "遠隔保守", 1.2, PDF_LEFT, false, false },
		{ "パッチ確認", 1.4, PDF_CENTER, false, false },
	};
	static const char *const names[] = { "電子カルテ端末", "部門サーバ（検査）",
					     "電子カルテ用データベースサーバ", "コアスイッチ",
					     "超音波診断装置" };
	static const char *const owners[] = { "髙橋 﨑子", "渡邊 齋", "𠮷田 太郎", "" };
	char id[24], ip[24], model[32];
	size_t i;

	pdf_section(p, PDF_LANDSCAPE);
	pdf_heading(p, 1, "3", "機器台帳", "devices");
	pdf_table_begin(p, columns, 12, PDF_ZEBRA);
	for (i = 0; i < count; i++) {
		struct pdf_cell c[12] = { 0 };

		snprintf(id, sizeof id, "PC-%05zu", i + 1);
		snprintf(ip, sizeof ip, "192.0.2.%zu", i % 250 + 1);
		snprintf(model, sizeof model, "XR-%zu/00%zu-B", 1000 + i, i % 10);
		c[0].text = id;
		c[1].text = names[i % 5];
		c[2].text = i % 5 == 3 ? "ネットワーク機器" : i % 5 ? "サーバ" : "端末PC";
		c[3].text = i % 3 ? "本館2階 ナースステーション" : "地下サーバ室";
		c[4].text = "見本電子計算機製作所株式会社";
		c[5].text = model;
		c[6].text = "Windows 11 IoT Enterprise LTSC 2024";
		c[7].text = ip;
		c[8] = (struct pdf_cell){ .text = "2029-10-09", .muted = true };
		c[9].text = owners[i % 4];
		c[10].mark = i % 7 ? PDF_MARK_NO : PDF_MARK_YES;
		c[10].text = i % 7 ? "なし" : "あり";
		c[11].text = "2026-11-08";
		pdf_row(p, c);
	}
	pdf_table_end(p, "登録された機器はありません。");
}

static void contacts_page(struct pdf *p)
{
	struct tree *t = mock_tree(3, 3);

	pdf_section(p, PDF_PORTRAIT);
	pdf_heading(p, 1, "4", "連絡体制図", NULL);
	pdf_text(p, "番号の順に電話します。点線の枠は院外の連絡先です。");
	tree_draw(t, p);
	tree_free(t);
}

static void approval_page(struct pdf *p)
{
	static const char hash[] =
		"4d967a30111bf29f0eba01c448b375c1629b2fed01cdfcc3aed91f1b57d5dd5e";
	const struct pdf_approval approvals[] = {
		{ "病院長", "見本 一郎", "2026-11-20 14:05", hash, NULL },
		{ "医療情報システム安全管理責任者", "髙橋 﨑子", "2026-11-19 17:40", hash, "確認" },
		{ "理事長", NULL, NULL, NULL, NULL },
	};
	static const char *const roles[] = { "立ち会った人", "検査した人" };

	pdf_page_break(p);
	pdf_heading(p, 1, "5", "承認", NULL);
	pdf_text(p, "承認は、全項目の回答から計算した下のハッシュ値に対して行われています。"
		    "回答が一つでも変わると値が変わり、承認は古いものとして扱われます。");
	pdf_approvals(p, approvals, 3);
	pdf_signatures(p, roles, 2);
}

void mock_pack(size_t devices, struct buf *out, int *ret_pages)
{
	struct pdf_info info = mock_info();
	struct pdf *p = NULL;
	struct err err = { 0 };

	if (pdf_new(&info, &p, &err) < 0)
		fail_msg("%s", err.text);
	front(p);
	answers(p);
	item_pages(p);
	devices_page(p, devices);
	contacts_page(p);
	approval_page(p);
	if (pdf_finish(p, out, &err) < 0)
		fail_msg("%s", err.text);
	if (ret_pages)
		*ret_pages = pdf_pages(p);
	pdf_free(p);
}

struct tree *mock_tree(int branches, int leaves)
{
	struct tree *t = NULL;
	char id[32], from[32], name[64], phone[40];
	struct err err = { 0 };
	int i, j;

	assert_int_equal(tree_new("連絡体制図", &t, &err), 0);
	assert_int_equal(
		tree_add(t,
			 &(struct tree_node){
				 "root", { "発見した人", "全職員", "" }, TREE_INTERNAL, 0 },
			 &err),
		0);
	assert_int_equal(
		tree_add(t,
			 &(struct tree_node){ "head",
					      { "医療情報システム安全管理責任者", "髙橋 﨑子",
						"内線 2001", "携帯 090-0000-0001" },
					      TREE_INTERNAL,
					      1 },
			 &err),
		0);
	assert_int_equal(tree_join(t, "root", "head", &err), 0);
	for (i = 0; i < branches; i++) {
		snprintf(id, sizeof id, "b%d", i);
		snprintf(name, sizeof name, "渡邊 齋%d", i + 1);
		snprintf(phone, sizeof phone, "内線 21%02d", i);
		assert_int_equal(tree_add(t,
					  &(struct tree_node){ id,
							       { "部門の責任者", name, phone },
							       TREE_INTERNAL,
							       i + 1 },
					  &err),
				 0);
		assert_int_equal(tree_join(t, "head", id, &err), 0);
		for (j = 0; j < leaves; j++) {
			snprintf(from, sizeof from, "b%d", i);
			snprintf(id, sizeof id, "b%d-%d", i, j);
			snprintf(name, sizeof name, "見本システム株式会社 第%d係", j + 1);
			snprintf(phone, sizeof phone, "03-0000-%02d%02d", i, j);
			assert_int_equal(
				tree_add(t,
					 &(struct tree_node){ id,
							      { "保守窓口（24時間）", name, phone },
							      TREE_EXTERNAL,
							      j + 1 },
					 &err),
				0);
			assert_int_equal(tree_join(t, from, id, &err), 0);
		}
	}
	return t;
}
