// The rules of prose. A rule that is off is off for the reason beside it.
module.exports = {
  plugins: ['html'],
  rules: {
    'write-good': {
      // "The token is revoked": who does it is often beside the point.
      passive: false,
      // "only", "exactly", "usually": a specification needs them.
      adverb: false,
      // "several APIs", "many callers": the number follows, or does not matter.
      weasel: false,
      // "So an idle stack costs a dollar" draws a conclusion, and "there is no admin API" states a fact.
      so: false,
      thereIs: false,
      // Terms of the specifications, and phrases for which nothing shorter stands.
      whitelist: ['authorize', 'evaluate', 'it is', 'It is', 'it was', 'requirement', 'requirements', 'in addition', 'all of'],
    },
    terminology: {
      // Words of the code and of AWS ("id", "CLOUDFRONT"), names of commands and files, and "built in" as a verb.
      exclude: ['ID', "id['’]?s", 'readme(s)?', 'cURL', 'lock[- ]file(s)?', 'built ?in(s)?', 'CloudFront', 'Java', 'URL'],
      // Words that this project does not use, because readers stumble over them. The last part says what to write.
      terms: [
        ['whom', 'who, or a noun'],
        ['(?:is|are|was|were|be|been|being) told', 'the subject first: "apps learn", "the page says"'],
        ['anew', 'again'],
        ['whatever', '"any", or "every"'],
        ['whoever', '"anybody who"'],
        ['strangers?', '"third parties"'],
        ['vouch(?:es|ed)? for', 'certifies'],
        ['by (?:whose|its|their) leave', '"authorised by"'],
        ['who asks? for what', 'what is requested'],
        ['asks? (?:nobody|nothing)', 'what happens instead'],
        ['nothing may be shown', '"interaction is required, but prompt=none was sent"'],
        ['(?:thereof|therein|hereby|whereby|herein)', 'a usual word'],
        ['somebody', 'someone'],
        ['utili[sz]e(?:s|d)?', 'use'],
        ['in order to', 'to'],
      ],
    },
  },
};
