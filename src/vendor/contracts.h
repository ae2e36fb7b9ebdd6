/* Every contract and how far the sharing of roles has come: for lists, reminders, the pack. */
#ifndef DAICHO_VENDOR_CONTRACTS_H
#define DAICHO_VENDOR_CONTRACTS_H

#include "round/sharing.h"

#define CONTRACT_SHEET "contract-role-sharing"
/* A contract that ends, or can be changed no longer, within so many days wants looking at. */
#define CONTRACT_SOON_DAYS 90

enum contract_state {
	CONTRACT_UNOPENED, /* no sheet of roles yet */
	CONTRACT_VENDOR,   /* waiting for the vendor's answers */
	CONTRACT_HOSPITAL, /* waiting for the hospital's */
	CONTRACT_DIFFERS,  /* both have answered; some items not alike */
	CONTRACT_ALIKE,	   /* all alike, to be agreed on */
	CONTRACT_CHANGED,  /* somebody answered otherwise after it was agreed */
	CONTRACT_AGREED,   /* everything agreed, not approved */
	CONTRACT_APPROVED,
	CONTRACT_STATE_MAX
};
const char *contract_state_name(enum contract_state s);	 /* "unopened" ... */
const char *contract_state_label(enum contract_state s); /* まだ始めていない ... */

struct contract {
	char id[ID_SIZE];
	const char *name, *number, *systems, *vendor, *vendor_name;
	const char *from, *to, *notice_by; /* "" when not said */
	bool renews;			   /* by itself */
	bool ended;
	bool expiring; /* its end or the day for notice lies within CONTRACT_SOON_DAYS */
	/* The newest sheet of roles; round "" when there is none. */
	char round[ID_SIZE];
	const char *title, *opened_on;
	int year;
	enum contract_state state;
	struct sharing sharing; /* its items point into a view; only the counts outlive it */
	const char *approved_on;
	/* The newest page given to the vendor for it that was not revoked; "" when none. */
	const char *asked_on, *until;
	bool late; /* that day has passed and the vendor has not answered everything */
};

/* All contracts, those that ended last. Everything lives in the arena. */
int contract_list(struct ledgers *l, struct conn *c, struct arena *arena, struct contract **ret,
		  size_t *ret_count, struct err *err);
/* The state a view of a sheet of roles stands in. */
enum contract_state contract_judge(const struct round_view *v, const struct sharing *s);

/* Enters the contract that the ledger of vendors tells of: its systems, kind and days. Name and
 * the rest can be mended there. ERR_CONFLICT when the vendor has one already. */
int contract_from_vendor(struct ledgers *l, const struct actor *who, const char *vendor,
			 const char *key, char ret_id[ID_SIZE], struct receipt *ret,
			 struct err *err);

/* Vendors under contract of whom no contract is registered. */
struct contract_missing {
	char vendor[ID_SIZE];
	const char *name, *systems;
};
int contract_missing_list(struct ledgers *l, struct conn *c, struct arena *arena,
			  struct contract_missing **ret, size_t *ret_count, struct err *err);

/* Who is party to a round about a contract or a vendor, for documents and pages. Texts are
 * readable, "" when not known. */
struct parties {
	const char *hospital, *vendor; /* names */
	const char *hospital_address;
	const char *contract, *number, *kind, *systems, *from, *to, *our_person, *vendor_person;
	const char *vendor_address, *vendor_phone, *vendor_email;
};
int parties_read(struct ledgers *l, struct conn *c, const struct round *round, struct arena *arena,
		 struct parties *ret, struct err *err);

#endif
