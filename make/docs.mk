# /docs: our page around Swagger UI as npm brings it, each file as it is and compressed, for the program to hold.
SWAGGER_UI := node_modules/swagger-ui-dist
DOCS_FILES := $(addprefix $(B)/docs/,$(notdir $(wildcard api-spec/docs/*)) swagger-ui.css swagger-ui-bundle.js license.txt)
EMBEDDED += $(DOCS_FILES) $(DOCS_FILES:=.gz)

$(SWAGGER_UI)/package.json:
	deploy/sandbox/deps.sh run

$(B)/docs/license.txt: package-lock.json | $(SWAGGER_UI)/package.json
	@mkdir -p $(@D)
	cat $(addprefix $(SWAGGER_UI)/,LICENSE NOTICE swagger-ui-bundle.js.LICENSE.txt) > $@

# by the lock file: npm gives what it unpacks an old date
$(B)/docs/swagger-ui.css $(B)/docs/swagger-ui-bundle.js: package-lock.json | $(SWAGGER_UI)/package.json
	@mkdir -p $(@D)
	cp $(SWAGGER_UI)/$(@F) $@

$(B)/docs/%: api-spec/docs/%
	@mkdir -p $(@D)
	cp $< $@

$(DOCS_FILES:=.gz): %.gz: %
	gzip -9nc $< > $@
