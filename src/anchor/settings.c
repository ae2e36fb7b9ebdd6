#include "anchor/settings.h"

#include <string.h>

#include "anchor/witness_client.h"

#define LEDGER "anchor_settings"

static const char *text(const struct entry *e, bool stored, const char *name)
{
	int i = ledger_field(e->def, name);

	return stored && i >= 0 && e->value[i] ? e->value[i] : "";
}

int anchor_settings_read(struct ledgers *l, struct conn *c, struct arena *arena,
			 struct anchor_settings *ret, struct err *err)
{
	struct entry e;
	int r = only_read(l, c, LEDGER, arena, &e, err);
	bool stored = r > 0;

	memset(ret, 0, sizeof *ret);
	if (r < 0)
		return r;
	if (stored) {
		memcpy(ret->id, e.id, sizeof ret->id);
		ret->rev = e.rev;
	}
	ret->tsa_url = text(&e, stored, "tsa_url");
	ret->tsa_ca = text(&e, stored, "tsa_ca");
	ret->witnesses = text(&e, stored, "witnesses");
	ret->witness_ca = text(&e, stored, "witness_ca");
	ret->smtp_url = text(&e, stored, "smtp_url");
	ret->smtp_ca = text(&e, stored, "smtp_ca");
	ret->smtp_user = text(&e, stored, "smtp_user");
	ret->mail_from = text(&e, stored, "mail_from");
	ret->mail_to = text(&e, stored, "mail_to");
	ret->copy_folder = text(&e, stored, "copy_folder");
	ret->smtp_secret = arena_strdup(arena, text(&e, stored, "smtp_secret"));
	return ret->smtp_secret ? 0 : err_nomem(err);
}

void anchor_settings_wipe(struct anchor_settings *s)
{
	if (s->smtp_secret)
		bytes_wipe(s->smtp_secret, strlen(s->smtp_secret));
}

bool anchor_configured(const struct anchor_settings *s, enum channel c)
{
	switch (c) {
	case CHANNEL_STAMP: return *s->tsa_url;
	case CHANNEL_WITNESS: return *s->witnesses;
	case CHANNEL_MAIL: return *s->smtp_url && *s->mail_to;
	case CHANNEL_COPY: return *s->copy_folder;
	case CHANNEL_CLOCK:
	default: return true;
	}
}

#define TITLE "記録を外に残すこと"
#define INPUT_MAX 16

int anchor_settings_save(struct ledgers *l, const struct actor *who, const struct only_input *input,
			 int64_t base, struct receipt *ret, struct faults *faults, struct err *err)
{
	/* The ledger names its entry by a field that is on no form. */
	struct only_input all[INPUT_MAX + 2] = { { "name", TITLE } };
	size_t n = 1;

	faults->count = 0;
	for (; input->field; input++) {
		if (n > INPUT_MAX)
			return err_set(err, ERR_BUG, "設定の項目が多すぎます");
		if (strcmp(input->field, "witnesses") == 0 && input->typed &&
		    witness_lines_check(input->typed, &faults->item[0]) < 0) {
			faults->count = 1;
			if (err)
				*err = faults->item[0];
			return ERR_INVALID;
		}
		all[n++] = *input;
	}
	return only_save(l, who, LEDGER, all, base, ret, faults, err);
}
