/* A data folder belongs to one user, as a rule that of the server. What root made in it is given
 * to that user, who could not read it otherwise. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sink.h"
#include "store/folder.h"

/* Only what root owns under this one name: whoever owns the folder may put links into it. */
static void give(int fd, const struct stat *owner)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && st.st_uid == 0 &&
	    (S_ISDIR(st.st_mode) || (S_ISREG(st.st_mode) && st.st_nlink == 1)) &&
	    fchownat(fd, "", owner->st_uid, owner->st_gid, AT_EMPTY_PATH) != 0)
		sink_write(SINK_WARN, "folder-owner",
			   "rootが作ったものをデータフォルダの持ち主(uid %ld)に戻せません: %s",
			   (long)owner->st_uid, strerror(errno));
}

static void give_tree(int at, const char *name, const struct stat *owner)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *e;
	int one;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	give(fd, owner);
	while ((e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		one = openat(fd, e->d_name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		if (one < 0)
			continue;
		give(one, owner);
		close(one);
		give_tree(fd, e->d_name, owner);
	}
	closedir(dir);
}

void folder_give_back(const char *path)
{
	struct stat owner;

	if (geteuid() == 0 && stat(path, &owner) == 0 && owner.st_uid != 0)
		give_tree(AT_FDCWD, path, &owner);
}
