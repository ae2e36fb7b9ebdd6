/* 人とID: everything about who gets in, in groups, each line with what it is for. */
#include "page/handlers.h"
#include "page/layout.h"

struct item {
	const char *path, *text, *help;
	enum permission permission;
};

static const struct item requests[] = {
	{ "/requests", "利用者IDの申請",
	  "新しいID、役割の変更、停止を頼みます。頼んだことの進み具合も分かります。",
	  PERM_REQUEST },
	{ "/accounts", "利用者の一覧", "この台帳を使う人を登録し、直し、停止します。",
	  PERM_ACCOUNTS },
	{ "/people", "職員の入退職・異動と利用者ID",
	  "人事の名簿と比べて、辞めた人や異動した人のIDを見つけます。", PERM_PEOPLE },
	{ "/stocktakes", "IDの棚卸し",
	  "電子カルテなどすべてのシステムのIDを、部署ごとに1つずつ確かめます。",
	  PERM_STOCKTAKE_SEE },
};

static const struct item help[] = {
	{ "/help", "入れなくなった人を助ける",
	  "本人と確かめてから、一時コードを渡すかパスワードを作り直します。", PERM_RESCUE },
	{ "/proxies", "代行",
	  "ほかの人の代わりに入力することを、申し出る・認める・取り消す所です。", PERM_PROXY },
	{ "/emergency/accounts", "非常時アカウント",
	  "災害や障害のときだけ使うIDの、封印・開封・見直しと、非常時の宣言です。",
	  PERM_EMERGENCY_SEE },
};

static const struct item rules[] = {
	{ "/access/policy", "ログインの決まり",
	  "パスワードの規則、二要素認証、画面をロックするまでの時間を決めます。", PERM_ACCOUNTS },
	{ "/access/factors", "二要素認証がまだの人", "登録をお願いする人の一覧です。",
	  PERM_ACCOUNTS },
	{ "/tokens", "機器連携の鍵",
	  "ほかのシステムやプログラムがこの台帳を読み書きするための鍵を、発行し、失効させます。",
	  PERM_ACCOUNTS },
	{ "/terminal", "この端末の名前", "今お使いのパソコンに、置き場所の名前と種類を付けます。",
	  PERM_ACCOUNTS },
};

static const struct item records[] = {
	{ "/access", "利用の記録", "誰がいつ入り、何を見て、何を断られたかの記録です。",
	  PERM_EVENTS },
	{ "/trail/search", "証跡を調べる",
	  "電子カルテなどの記録から、患者や人ごとに、誰がいつ何をしたかを調べます。",
	  PERM_TRAIL_PATIENT },
	{ "/access/review", "利用の記録を月ごとに見直す",
	  "件数と断られた操作を見て、気付いたことを残します。", PERM_EVENTS },
	{ "/inspections", "検査官に見せる",
	  "立入検査のとき、選んだ記録だけを、決めた期間だけ見せます。", PERM_INSPECTIONS },
};

static const struct {
	const char *title;
	const struct item *item;
	size_t count;
} groups[] = {
	{ "IDを頼む・渡す・確かめる", requests, sizeof requests / sizeof requests[0] },
	{ "入れないとき・代わりに行うとき", help, sizeof help / sizeof help[0] },
	{ "決まりと端末", rules, sizeof rules / sizeof rules[0] },
	{ "記録を見る・見せる", records, sizeof records / sizeof records[0] },
};

static void write_item(struct html *h, const struct item *item)
{
	html_open(h, EL_LI);
	html_open(h, EL_SPAN);
	html_link(h, item->path, item->text);
	html_close(h, EL_SPAN);
	html_el_class(h, EL_SPAN, "task-hint", item->help);
	html_close(h, EL_LI);
}

static void write_group(struct html *h, struct request *req, const char *title,
			const struct item *item, size_t count)
{
	size_t i, shown = 0;

	for (i = 0; i < count; i++) {
		if (!visit_may(req, item[i].permission, NULL))
			continue;
		if (!shown++) {
			html_el(h, EL_H2, title);
			html_open(h, EL_UL);
			html_attr(h, "class", "task-list");
		}
		write_item(h, &item[i]);
	}
	if (shown)
		html_close(h, EL_UL);
}

int page_ids(struct request *req, struct response *res, struct err *err)
{
	HTML_CLEANUP h;
	size_t i;

	html_init(&h, 0);
	page_begin(&h, req, NAV_IDS, "人とID",
		   "誰が使えるか、入れないときどうするか、誰が何をしたかは、ここから開きます。");
	for (i = 0; i < sizeof groups / sizeof groups[0]; i++)
		write_group(&h, req, groups[i].title, groups[i].item, groups[i].count);
	return page_end(&h, req, res, 200, err);
}
