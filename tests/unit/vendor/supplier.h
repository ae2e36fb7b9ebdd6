/* A hospital with a vendor, a contract and its sheet of roles. */
#ifndef DAICHO_TEST_VENDOR_SUPPLIER_H
#define DAICHO_TEST_VENDOR_SUPPLIER_H

#include "../ledger/hospital.h"

#include "base/clock.h"
#include "round/sharing.h"
#include "vendor/contracts.h"

#define SHEET_OF_ROLES "contract-role-sharing"
#define VENDOR_R7 "mhlw-checklist-r7-vendor"
#define FIRST "1-A-1"
#define SECOND "1-A-2①"

struct supplier {
	struct hospital *h;
	const char *vendor, *other, *contract, *round;
	struct actor person; /* an account of the vendor */
};

struct supplier supplier_begin(struct hospital *h);
const char *supplier_open(struct hospital *h, const char *catalogue, const char *scope);
struct actor supplier_account(struct hospital *h, const char *login, const char *vendor);
struct round_view supplier_view(struct hospital *h, const char *round);
/* The answer in a column as it stands. */
struct answer supplier_answer(struct hospital *h, const char *round, const char *item,
			      const char *column);
/* The planner answers one column. */
void supplier_says(struct hospital *h, const char *round, const char *item, const char *column,
		   enum answer_value value, enum doer doer);
/* "YYYY-MM-DD", days from today; in h->arena. */
const char *supplier_day(struct hospital *h, long days);
int supplier_year(void);

#endif
