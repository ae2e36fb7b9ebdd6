#include "reader/filetype.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/fold.h"

enum kind {
	K_UNKNOWN,
#define FILETYPE(kind, ...) K_##kind,
#include "reader/filetypes.def"
#undef FILETYPE
	K_MAX
};

struct about {
	const char *mime, *label, *extensions; /* " a b ": what names may promise it */
	bool active;
};

static const struct about abouts[K_MAX] = {
	[K_UNKNOWN] = { "application/octet-stream", "不明な種類のファイル", " ", false },
#define FILETYPE(kind, mime, label, active, extensions) \
	[K_##kind] = { mime, label, " " extensions " ", active },
#include "reader/filetypes.def"
#undef FILETYPE
};

struct magic {
	size_t at, len;
	const char *bytes;
	enum kind kind;
};

static const struct magic magics[] = {
	{ 0, 5, "%PDF-", K_PDF },
	{ 0, 8, "\x89PNG\r\n\x1A\n", K_PNG },
	{ 0, 3, "\xFF\xD8\xFF", K_JPEG },
	{ 0, 6, "GIF87a", K_GIF },
	{ 0, 6, "GIF89a", K_GIF },
	{ 8, 4, "WEBP", K_WEBP },
	{ 4, 8, "ftypheic", K_HEIC },
	{ 4, 8, "ftypheix", K_HEIC },
	{ 4, 8, "ftyphevc", K_HEIC },
	{ 4, 8, "ftypmif1", K_HEIC },
	{ 4, 8, "ftypavif", K_AVIF },
	{ 4, 4, "ftyp", K_MP4 },
	{ 0, 4, "II*\0", K_TIFF },
	{ 0, 4, "MM\0*", K_TIFF },
	{ 0, 8, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", K_OLE },
	{ 0, 5, "{\\rtf", K_RTF },
	{ 0, 2, "\x1F\x8B", K_GZIP },
	{ 0, 6, "7z\xBC\xAF\x27\x1C", K_SEVENZIP },
	{ 0, 6, "Rar!\x1A\x07", K_RAR },
	{ 0, 4,
	  "\x7F"
	  "ELF",
	  K_PROGRAM },
	{ 0, 2, "MZ", K_PROGRAM },
	{ 0, 2, "#!", K_SCRIPT },
};

static enum kind by_magic(const char *head, size_t n)
{
	for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
		const struct magic *m = &magics[i];

		if (n >= m->at + m->len && memcmp(head + m->at, m->bytes, m->len) == 0)
			return m->kind;
	}
	return K_UNKNOWN;
}

static bool extension_is(const char *extension, enum kind kind)
{
	char word[16];
	size_t n = strlen(extension);

	if (n == 0 || n > sizeof word - 3 || strchr(extension, ' '))
		return false;
	word[0] = ' ';
	for (size_t i = 0; i < n; i++)
		word[i + 1] = (char)(extension[i] >= 'A' && extension[i] <= 'Z'
					     ? extension[i] + ('a' - 'A')
					     : extension[i]);
	word[n + 1] = ' ';
	word[n + 2] = '\0';
	return strstr(abouts[kind].extensions, word) != NULL;
}

/* The first of two kinds that the extension agrees with, else `fallback`. */
static enum kind promised(const char *extension, const enum kind *kinds, size_t count,
			  enum kind fallback)
{
	for (size_t i = 0; i < count; i++)
		if (extension_is(extension, kinds[i]))
			return kinds[i];
	return fallback;
}

static bool has_prefix(const char *s, size_t n, const char *prefix)
{
	return n >= strlen(prefix) && memcmp(s, prefix, strlen(prefix)) == 0;
}

/* Kind of ZIP by the name of one part; UNKNOWN when the name tells nothing. */
static enum kind by_part(const char *name, size_t n)
{
	if (has_prefix(name, n, "xl/vbaProject.bin"))
		return K_XLSM;
	if (has_prefix(name, n, "word/vbaProject.bin"))
		return K_DOCM;
	if (has_prefix(name, n, "xl/workbook.bin"))
		return K_XLSB;
	if (has_prefix(name, n, "xl/"))
		return K_XLSX;
	if (has_prefix(name, n, "word/"))
		return K_DOCX;
	if (has_prefix(name, n, "ppt/"))
		return K_PPTX;
	if (has_prefix(name, n, "mimetypeapplication/vnd.oasis.opendocument"))
		return K_ODF;
	if (has_prefix(name, n, "META-INF/MANIFEST.MF"))
		return K_JAR;
	return K_UNKNOWN;
}

/* A ZIP by the names in the local headers that lie within the head. */
static enum kind by_zip(const char *head, size_t n, const char *extension)
{
	static const enum kind office[] = { K_XLSX, K_DOCX, K_PPTX, K_XLSM, K_DOCM, K_XLSB };
	enum kind kind = K_UNKNOWN;
	const char *at = head;
	bool is_office = false;

	if (!has_prefix(head, n, "PK\3\4") && !has_prefix(head, n, "PK\5\6"))
		return K_UNKNOWN;
	while ((at = memmem(at, n - (size_t)(at - head), "PK\3\4", 4)) != NULL) {
		size_t left = n - (size_t)(at - head);
		enum kind one = left > 30 ? by_part(at + 30, left - 30) : K_UNKNOWN;

		if (one != K_UNKNOWN && (kind == K_UNKNOWN || kind == K_XLSX || kind == K_DOCX))
			kind = one;
		if (left > 30)
			is_office |= has_prefix(at + 30, left - 30, "[Content_Types].xml") ||
				     has_prefix(at + 30, left - 30, "docProps/");
		at += 4;
	}
	/* A macro document keeps its macros far behind the head. */
	if (extension_is(extension, K_XLSM) && kind == K_XLSX)
		kind = K_XLSM;
	if (extension_is(extension, K_DOCM) && kind == K_DOCX)
		kind = K_DOCM;
	if (kind != K_UNKNOWN)
		return kind;
	return is_office ? promised(extension, office, sizeof office / sizeof *office, K_ZIP)
			 : K_ZIP;
}

/* True if the text is UTF-8, CP932 or marked UTF-16; a character that the end of
 * the head cuts in two is forgiven. */
static bool is_text(const char *head, size_t n, bool whole)
{
	struct buf scratch;
	size_t bad = 0;
	bool ok;

	if (n >= 2 && (memcmp(head, "\xFF\xFE", 2) == 0 || memcmp(head, "\xFE\xFF", 2) == 0))
		return n % 2 == 0 || !whole;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)head[i] < 0x20 && !strchr("\t\n\r\f\x1B", head[i]))
			return false;
	if (memchr(head, '\0', n))
		return false;
	if (utf8_valid(head, n, &bad) || (!whole && bad + 4 > n))
		return true;
	buf_init(&scratch, 0);
	ok = cp932_decode(head, n, &scratch, &bad) || (!whole && bad + 2 > n);
	buf_release(&scratch);
	return ok;
}

static bool starts(const char *s, size_t n, const char *word)
{
	return n >= strlen(word) && strncasecmp(s, word, strlen(word)) == 0;
}

static bool contains(const char *s, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (starts(s + i, n - i, word))
			return true;
	return false;
}

/* True if there is markup that a browser would run, wherever in the head. */
static bool has_markup(const char *head, size_t n)
{
	static const char *const words[] = { "<!doctype html", "<html", "<script",
					     "<iframe",	       "<body", "<object",
					     "<embed",	       "<meta", "<svg" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (contains(head, n, words[i]))
			return true;
	return false;
}

/* HTML, SVG or XML, which begin with a tag. */
static enum kind by_markup(const char *head, size_t n)
{
	if (has_prefix(head, n, "\xEF\xBB\xBF")) {
		head += 3;
		n -= 3;
	}
	while (n && *head && strchr(" \t\r\n\f", *head)) {
		head++;
		n--;
	}
	if (!has_prefix(head, n, "<"))
		return K_UNKNOWN;
	if (contains(head, n, "<svg") && !contains(head, n, "<html"))
		return K_SVG;
	if (starts(head, n, "<?xml") && !contains(head, n, "<html"))
		return K_XML;
	return has_markup(head, n) || starts(head, n, "<!--") ? K_HTML : K_UNKNOWN;
}

static enum kind detect(const char *head, size_t n, bool whole, const char *extension)
{
	static const enum kind texts[] = { K_CSV, K_TSV, K_JSON, K_SCRIPT, K_HTML, K_SVG, K_XML };
	static const enum kind old[] = { K_XLS, K_DOC, K_PPT };
	enum kind kind = by_magic(head, n);

	if (kind == K_WEBP && !has_prefix(head, n, "RIFF"))
		kind = K_UNKNOWN;
	if (kind == K_OLE)
		return promised(extension, old, sizeof old / sizeof *old, K_OLE);
	if (kind == K_PROGRAM && memcmp(head, "MZ", 2) == 0 && is_text(head, n, whole))
		kind = K_UNKNOWN; /* a text that happens to begin so */
	if (kind != K_UNKNOWN)
		return kind;
	kind = by_zip(head, n, extension);
	if (kind != K_UNKNOWN)
		return kind;
	kind = by_markup(head, n);
	if (kind != K_UNKNOWN)
		return kind;
	if (n == 0 || !is_text(head, n, whole))
		return K_UNKNOWN;
	/* Text has no magic bytes, so its name may say which text it is. */
	return promised(extension, texts, sizeof texts / sizeof *texts, K_TEXT);
}

struct filetype filetype_detect(const void *head, size_t n, const char *filename)
{
	const char *dot = filename ? strrchr(filename, '.') : NULL;
	const char *extension = dot ? dot + 1 : "";
	bool whole = n < FILETYPE_HEAD, known = false;
	size_t look = whole ? n : FILETYPE_HEAD;
	enum kind kind = detect(head, look, whole, extension);
	struct filetype ret = { .mime = abouts[kind].mime, .label = abouts[kind].label };

	for (enum kind k = K_UNKNOWN; k < K_MAX; k++)
		known |= extension_is(extension, k);
	ret.lies = known && !extension_is(extension, kind);
	/* Under the name of a script, or with markup inside, even plain text may run. */
	ret.active = abouts[kind].active || extension_is(extension, K_SCRIPT) ||
		     extension_is(extension, K_PROGRAM) || extension_is(extension, K_HTML) ||
		     has_markup(head, look);
	return ret;
}
