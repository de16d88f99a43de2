/**
 * Shell lines that print the names of the accounts; `$1` is what was given to --config, or nothing. They read the file
 * by its shape alone, in YAML or JSON: starting popfetch at every TAB would take a tenth of a second.
 */
export const accountsScript = `file=$1
case $file in '~/'*) file=$HOME/\${file#??};; esac
if [ -z "$file" ]; then
  own=\${XDG_CONFIG_HOME:-$HOME/.config}/popfetch/config
  for file in "$POPFETCH_CONFIG" "$own.yaml" "$own.yml" "$own.json" "$HOME/.popfetchrc" \\
    "$HOME/.popfetchrc.yaml" "$HOME/.popfetchrc.yml" "$HOME/.popfetchrc.json" \\
    /etc/popfetch/config.yaml /etc/popfetch/config.yml /etc/popfetch/config.json
  do [ -f "$file" ] && break; done
fi
[ -f "$file" ] && [ -r "$file" ] && awk '
  function tell(name) { if (name ~ /^[a-z0-9][a-z0-9._-]*$/) print name }
  !on && match($0, /^[ \\t{]*["\\047]?accounts["\\047]?[ \\t]*:/) {
    on = 1
    $0 = substr($0, RSTART + RLENGTH)
    if ($0 ~ /^[ \\t]*(#.*)?$/) { block = 1; next }
  }
  on && block {
    if ($0 ~ /^[ \\t]*(#.*)?$/) next
    match($0, /[^ ]/)
    if (!level) level = RSTART
    if (RSTART == 1 || RSTART < level) exit
    if (RSTART > level) next
    gsub(/^[ "\\047]+|["\\047]?[ \\t]*:.*$/, "")
    tell($0)
    next
  }
  on {
    for (at = 1; at <= length($0); at++) {
      one = substr($0, at, 1)
      if (depth == 1 && !value) {
        if (one == ":") { tell(name); value = 1; name = "" }
        else if (one ~ /[a-z0-9._-]/) name = name one
      } else if (quote != "") { if (one == quote) quote = ""; continue }
      else if (one ~ /["\\047]/) { quote = one; continue }
      if (one == "{" || one == "[") depth++
      else if (one == "}" || one == "]") { if (--depth == 0) exit }
      else if (one == "," && depth == 1) value = 0
    }
  }
' "$file"`;
