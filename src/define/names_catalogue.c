/* Names of the closed sets of catalogues and crosswalks. */
#include "define/names.h"

const char *const define_orgs[ORG_MAX] = {
	"hospital", "clinic_with_server", "clinic_without_server", "pharmacy", "care", "vendor"
};
const char *const define_controls[CONTROL_MAX] = { "", "preventive", "detective", "both" };
const char *const define_areas[AREA_MAX] = { "client", "server", "infrastructure", "security" };
const char *const define_asks[ASK_MAX] = { "yesno", "text", "number", "date", "choice", "choices" };
const char *const define_relations[PAIR_MAX] = { "equal", "subset", "superset", "intersects" };
const char *const define_confidences[CONFIDENCE_MAX] = { "high", "medium", "low" };

const char *org_kind_name(enum org_kind k)
{
	return define_orgs[k];
}

const char *org_kind_label(enum org_kind k)
{
	static const char *const labels[ORG_MAX] = { "病院",
						     "診療所（院内サーバあり）",
						     "診療所（院内サーバなし）",
						     "薬局",
						     "介護事業所",
						     "事業者" };

	return labels[k];
}

const char *control_kind_name(enum control_kind k)
{
	return define_controls[k];
}

const char *control_kind_label(enum control_kind k)
{
	static const char *const labels[CONTROL_MAX] = { "", "予防", "発見", "予防と発見" };

	return labels[k];
}

const char *area_name(enum area a)
{
	return define_areas[a];
}

const char *area_label(enum area a)
{
	static const char *const labels[AREA_MAX] = { "クライアント側", "サーバ側", "インフラ",
						      "セキュリティ" };

	return labels[a];
}

const char *ask_kind_name(enum ask_kind k)
{
	return define_asks[k];
}

const char *pair_relation_name(enum pair_relation r)
{
	return define_relations[r];
}

const char *pair_relation_label(enum pair_relation r)
{
	static const char *const labels[PAIR_MAX] = { "同じことを求める", "相手の方が広い",
						      "相手を含む", "一部が重なる" };

	return labels[r];
}

enum pair_relation pair_relation_inverse(enum pair_relation r)
{
	return r == PAIR_SUBSET ? PAIR_SUPERSET : r == PAIR_SUPERSET ? PAIR_SUBSET : r;
}

const char *confidence_name(enum confidence c)
{
	return define_confidences[c];
}

const char *confidence_label(enum confidence c)
{
	static const char *const labels[CONFIDENCE_MAX] = { "確か", "ほぼ確か", "要確認" };

	return labels[c];
}
