//! Just enough of HTML to find a form as a browser would: tags, quoted and bare attributes, character references.

/// A form of a page.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// The attribute `action`, exactly as written.
    pub action: Option<String>,
    /// The attribute `method` in lower case; `get` by default.
    pub method: String,
    /// The named inputs that are not buttons, with their values.
    pub inputs: Vec<Input>,
    /// The named buttons, as name and value.
    pub buttons: Vec<(String, String)>,
}

/// An `<input>` element of a form.
#[derive(Clone, Debug)]
pub struct Input {
    /// The attribute `name` of the element.
    pub name: String,
    /// The attribute `type` in lower case; `text` by default.
    pub kind: String,
    /// The attribute `value` of the element.
    pub value: String,
}

impl Form {
    /// The input called `name`.
    pub fn input(&self, name: &str) -> Option<&Input> {
        self.inputs.iter().find(|input| input.name == name)
    }

    /// The fields that a browser sends when the form is submitted with some fields filled in (or a button pressed).
    pub fn filled(&self, filled: &[(&str, &str)]) -> Vec<(String, String)> {
        let given = |name: &str| filled.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        let inputs = self.inputs.iter().map(|input| {
            let value = given(&input.name).map_or_else(|| input.value.clone(), str::to_owned);
            (input.name.clone(), value)
        });
        let pressed = filled.iter().filter(|(name, _)| self.input(name).is_none());
        inputs.chain(pressed.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).collect()
    }
}

/// The forms of a page, in order.
pub fn forms(page: &str) -> Vec<Form> {
    let mut forms = Vec::new();
    let mut open: Option<Form> = None;
    for tag in tags(page) {
        match (tag.name.as_str(), &mut open) {
            ("form", _) => {
                let method = tag.attribute("method").unwrap_or_else(|| "get".to_owned()).to_lowercase();
                open = Some(Form { action: tag.attribute("action"), method, ..Form::default() });
            }
            ("/form", form) => forms.extend(form.take()),
            ("input", Some(form)) => form.inputs.extend(tag.named().map(|(name, value)| {
                let kind = tag.attribute("type").unwrap_or_else(|| "text".to_owned()).to_lowercase();
                Input { name, kind, value }
            })),
            ("button", Some(form)) => form.buttons.extend(tag.named()),
            (_, _) => {}
        }
    }
    forms
}

struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn attribute(&self, name: &str) -> Option<String> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    fn named(&self) -> Option<(String, String)> {
        Some((self.attribute("name")?, self.attribute("value").unwrap_or_default()))
    }
}

/// The tags of a page. Comments, scripts and styles contain none.
fn tags(page: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once('<') {
        rest = after;
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
        } else if rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') {
            let (tag, after) = tag(rest);
            rest = after;
            if let Some(raw) = ["script", "style"].into_iter().find(|raw| tag.name == *raw) {
                let end = rest.find(&format!("</{raw}")).unwrap_or(rest.len());
                rest = rest.get(end..).unwrap_or_default();
            }
            tags.push(tag);
        }
    }
    tags
}

/// Reads a tag; `text` begins after its `<`.
fn tag(text: &str) -> (Tag, &str) {
    let ends = |c: char| c.is_ascii_whitespace() || c == '>';
    let (name, mut rest) = text.split_at(text.find(ends).unwrap_or(text.len()));
    let mut tag = Tag { name: name.to_lowercase(), attributes: Vec::new() };
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() || rest.starts_with('>') {
            return (tag, rest);
        }
        let end = rest.find(|c: char| ends(c) || c == '=').unwrap_or(rest.len());
        let (name, after) = rest.split_at(end.max(1));
        let (value, after) = value(after);
        tag.attributes.push((name.to_lowercase(), value));
        rest = after;
    }
}

/// Reads `=value` in any of its three forms, or nothing.
fn value(text: &str) -> (String, &str) {
    let Some(text) = text.trim_start().strip_prefix('=') else { return (String::new(), text) };
    let text = text.trim_start();
    let quoted = ['"', '\''].into_iter().find_map(|quote| text.strip_prefix(quote)?.split_once(quote));
    let (value, rest) = quoted.unwrap_or_else(|| {
        text.split_at(text.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(text.len()))
    });
    (unescape(value), rest)
}

/// Text with its character references replaced: the numeric ones and the five named ones that matter.
pub fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let reference = after.split_once(';').and_then(|(name, after)| Some((character(name)?, after)));
        if let Some((character, after)) = reference {
            plain.push(character);
            rest = after;
        } else {
            plain.push('&');
            rest = after;
        }
    }
    plain + rest
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let number = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(number)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_a_browser_reads_it() {
        let page = r#"<style>form > input { }</style><!-- <form action="/comment"> --><input name="outside">
            <FORM method=POST action="/here?a=1&amp;b=&#x27;2&#39;">
            <input type="hidden" name="ticket" value="&quot;&lt;a&gt; b=c&amp;amp;&quot;">
            <input type='text' name='username' value='it&apos;s' required
              autofocus><input name=bare value=x><input type="checkbox" id="unnamed"/>
            <button name="decision" value="allow">Yes</button><button name="decision" value="deny">No</button></form>"#;
        let forms = forms(page);
        assert_eq!(forms.len(), 1);
        let form = &forms[0];
        assert_eq!((form.method.as_str(), form.action.as_deref()), ("post", Some("/here?a=1&b='2'")));
        let inputs: Vec<_> = form.inputs.iter().map(|input| (&*input.name, &*input.kind, &*input.value)).collect();
        let expected = [("ticket", "hidden", "\"<a> b=c&amp;\""), ("username", "text", "it's"), ("bare", "text", "x")];
        assert_eq!(inputs, expected);
        assert_eq!(form.buttons.len(), 2);
        assert_eq!(form.filled(&[("bare", "y"), ("decision", "deny")])[2..].len(), 2);
    }

    #[test]
    fn what_is_no_reference_stays() {
        assert_eq!(unescape("a & b &nosuch; &#xD800; &amp"), "a & b &nosuch; &#xD800; &amp");
    }
}
