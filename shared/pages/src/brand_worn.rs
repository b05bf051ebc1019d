//! The look that the pages and mails of this process have.

use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use crate::brand::Brand;

/// The look of this process. A deployment has one, which it knows from its start; `jeton dev` replaces it when its files
/// change.
static WORN: LazyLock<RwLock<Arc<Brand>>> = LazyLock::new(|| RwLock::new(Arc::new(Brand::jeton())));

#[cfg(test)]
thread_local! {
    /// The look that the pages of one test have.
    static TRIED: std::cell::RefCell<Option<Arc<Brand>>> = const { std::cell::RefCell::new(None) };
}

/// Gives all pages and mails of this process the look.
pub fn wear(brand: &Arc<Brand>) {
    *WORN.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(brand);
}

/// Returns the look of all pages and mails of this process.
pub fn worn() -> Arc<Brand> {
    #[cfg(test)]
    if let Some(brand) = TRIED.with_borrow(Option::clone) {
        return brand;
    }
    Arc::clone(&WORN.read().unwrap_or_else(PoisonError::into_inner))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::brand_draft::{BrandDraft, tests::draft};
    use crate::sign_in::tests::FIRST;
    use crate::style::{SHEET, source_of};
    use crate::{Mail, Notice, Text};

    /// Runs a test with a look, on this thread alone.
    pub(crate) fn try_on(draft: &BrandDraft, test: impl FnOnce(&Brand)) {
        let brand = Arc::new(Brand::new(draft).unwrap_or_else(|fault| panic!("{fault}")));
        TRIED.set(Some(Arc::clone(&brand)));
        test(&brand);
        TRIED.set(None);
    }

    fn sign_in() -> String {
        FIRST.render().unwrap()
    }

    #[test]
    fn without_a_look_of_its_own_a_page_is_jetons() {
        let page = sign_in();
        assert!(page.contains("<title>Sign in to Orders – Jeton</title>") && page.contains("<footer>Jeton</footer>"));
        assert!(!page.contains("<header") && page.contains(&format!("<style>{SHEET}</style>")));
        assert_eq!(worn().style_source(), source_of(SHEET));
    }

    #[test]
    fn every_page_has_the_name_the_logo_the_links_and_the_colours() {
        try_on(&draft(), assert_worn);
    }

    fn assert_worn(brand: &Brand) {
        for page in
            [sign_in(), Notice { title: Text::verbatim("Signed out"), text: Text::verbatim("Bye.") }.render().unwrap()]
        {
            assert!(page.contains(" – Quince &#38; Co</title>") && !page.contains("Jeton"), "{page}");
            assert!(
                page.contains(r#"<img class="mark" src="data:image/svg+xml;base64,PHN2Zy8+" alt="Quince &#38; Co">"#)
            );
            let link = r#"<a href="https://quince.example/help?a=1&#38;b=&#34;2" target="_blank" rel="noreferrer noopener">Help</a>"#;
            assert!(page.contains(link), "{page}");
            assert!(page.contains("Quince &#60;Ltd&#62;"));
            let (_, rest) = page.split_once("<style>").unwrap();
            let (sheet, _) = rest.split_once("</style>").unwrap();
            assert_eq!(source_of(sheet), brand.style_source());
            assert!(sheet.starts_with(SHEET) && sheet.contains("--link: #f0b0dc;"));
        }
        assert!(sign_in().contains("Use your work account.") && brand.has_logo());
    }

    #[test]
    fn a_name_stands_in_the_place_of_a_logo() {
        try_on(&BrandDraft { logo: None, ..draft() }, |_| {
            let page = sign_in();
            assert!(
                page.contains(r#"<header class="mark">Quince &#38; Co</header>"#) && !page.contains("<img"),
                "{page}"
            );
        });
    }

    #[test]
    fn a_mail_has_the_name_and_the_colour_of_buttons() {
        try_on(&draft(), |_| {
            let mail = Mail::ResetPassword { username: "ada", link: "https://id.example/", minutes: 30 };
            let rendered = mail.render().unwrap();
            let html = &rendered.html;
            assert!(html.contains("Quince &#38; Co") && html.contains("background: #7a1f5c; color: #ffffff"), "{html}");
            assert!(rendered.text.ends_with("\n\nQuince & Co\n"), "{}", rendered.text);
        });
    }
}
