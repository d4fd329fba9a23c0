#!/usr/bin/env bash
# Makes two APKs of what Maven has built, and checks them: target/apk/debug.apk from D8, target/apk/release.apk from R8,
# both signed with a debug key. Needs aapt, zipalign and apksigner: Debian's packages of these names will do.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

apk=$PWD/target/apk
framework=$PWD/target/tools/android-all.jar
keystore=$apk/debug.keystore

# What an app takes from jars besides classes.
extract() { (cd "$2" && jar xf "$1" classes.dex bundled META-INF/services); }

rm -rf "$apk"
mkdir -p "$apk"
keytool -genkeypair -keystore "$keystore" -storepass android -alias debug -keyalg RSA -validity 10000 \
    -dname "CN=Android Debug" > "$apk/keytool.log" 2>&1 || { cat "$apk/keytool.log"; exit 1; }

for kind in debug release; do
    content=$apk/$kind
    mkdir "$content"
    if [[ $kind == debug ]]; then
        # D8 writes classes only.
        for jar in "$PWD"/target/android-sample.jar "$PWD"/target/lib/*.jar; do
            extract "$jar" "$content"
        done
    fi
    extract "$PWD/target/$kind-dex.zip" "$content"

    debuggable=()
    [[ $kind == release ]] || debuggable=(--debug-mode)
    aapt package -f -M src/main/AndroidManifest.xml -I "$framework" "${debuggable[@]}" -F "$apk/$kind.unaligned"
    (cd "$content" && find . -type f -printf '%P\n' | sort | xargs aapt add "$apk/$kind.unaligned" > "$apk/$kind.log")
    zipalign -f 4 "$apk/$kind.unaligned" "$apk/$kind.apk"
    apksigner sign --ks "$keystore" --ks-pass pass:android "$apk/$kind.apk"

    apksigner verify "$apk/$kind.apk"
    zipalign -c 4 "$apk/$kind.apk"
    badging=$(aapt dump badging "$apk/$kind.apk")
    for line in "package: name='dev.millrace.samples.android'" "sdkVersion:'26'" "targetSdkVersion:'34'" \
        "launchable-activity: name='dev.millrace.samples.android.MainActivity'"; do
        grep -qF "$line" <<< "$badging" || { echo "$kind.apk lacks $line" >&2; echo "$badging" >&2; exit 1; }
    done
    echo "$(stat -c %s "$apk/$kind.apk") bytes: samples/android/target/apk/$kind.apk"
done
