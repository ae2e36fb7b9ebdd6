/* Names of the folder: rows of meta. */
#include <stdio.h>
#include <string.h>

#include "store/core.h"

int meta_get(struct conn *c, const char *name, char *ret, size_t size, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int rc = stmt_begin(c, STMT_META_GET, &st, err);

	if (rc < 0)
		return rc;
	stmt_text(st, 1, name);
	rc = stmt_step(st, err);
	if (rc < 0)
		return rc;
	if (rc == 0 || strlen(col_text(st, 0)) >= size)
		return err_set(err, ERR_CORRUPT,
			       "データベースの基本情報（%s）が壊れています。"
			       "バックアップから復元してください",
			       name);
	snprintf(ret, size, "%s", col_text(st, 0));
	return 0;
}

static int meta_write(struct conn *c, enum stmt_id id, const char *name, const char *value,
		      struct err *err)
{
	struct stmt *st;
	int rc = stmt_begin(c, id, &st, err);

	if (rc < 0)
		return rc;
	stmt_text(st, 1, name);
	stmt_text(st, 2, value);
	return stmt_run(st, err);
}

int meta_add(struct conn *c, const char *name, const char *value, struct err *err)
{
	return meta_write(c, STMT_META_ADD, name, value, err);
}

int meta_set(struct conn *c, const char *name, const char *value, struct err *err)
{
	return meta_write(c, STMT_META_SET, name, value, err);
}
