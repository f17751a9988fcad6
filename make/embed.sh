#!/bin/sh
# Prints C source that holds the named files byte for byte (assembler .incbin) and their table.
set -eu
echo '/* made by make/embed.sh */'
echo '#include "base/embedded.h"'
n=0
for f in "$@"; do
	printf '__asm__(".section .rodata\\n.balign 16\\nembedded_%d:\\n.incbin \\"%s\\"\\nembedded_%d_end:\\n.byte 0\\n.previous\\n");\n' "$n" "$f" "$n"
	printf 'extern const char embedded_%d[];\n' "$n"
	n=$((n + 1))
done
echo 'const struct embedded embedded_files[] = {'
n=0
for f in "$@"; do
	size=$(wc -c < "$f")
	hash=$(sha256sum "$f" | cut -c1-16)
	printf '\t{"%s", embedded_%d, %d, "%s"},\n' "$(echo "$f" | sed -E 's,^(api-spec|sql|build[^/]*)/,,')" "$n" "$size" "$hash"
	n=$((n + 1))
done
printf '\t{0, 0, 0, 0},\n};\n'
