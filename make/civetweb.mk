# CivetWeb from Debian's own source package, with our patches and only what the daemon uses:
# no files, no CGI, no run-time loading of OpenSSL, small stacks (the daemon has many threads).
CIVETWEB_CACHE ?= $(if $(HOME),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/samhandling,$(CURDIR)/build/civetweb-source)
CIVETWEB_LIB := $(B)/civetweb/libcivetweb.a
CIVETWEB_PATCHES := $(sort $(wildcard server/http/patches/*.patch))
CIVETWEB_STACK := $(if $(SANITIZE),1048576,262144)
CIVETWEB_FLAGS := -DNO_SSL_DL -DOPENSSL_API_3_0 -DNO_CGI -DNO_FILES -DNO_CACHING \
	-DUSE_IPV6 -DUSE_STACK_SIZE=$(CIVETWEB_STACK) -DNDEBUG

$(CIVETWEB_LIB): make/civetweb.mk make/civetweb-source.sh $(CIVETWEB_PATCHES)
	rm -rf $(@D)
	mkdir -p $(@D)
	make/civetweb-source.sh '$(CIVETWEB_CACHE)'
	dpkg-source -q --no-check --no-copy -x '$(CIVETWEB_CACHE)'/civetweb_1.15+dfsg-4.dsc $(@D)/source
	for p in $(CIVETWEB_PATCHES); do patch -s -p1 -d $(@D)/source < $$p || exit 1; done
	cp -r $(@D)/source/include $(@D)/include
	$(CC) -std=gnu11 $(OPT) $(HARDEN) -Wall -I$(@D)/include $(CIVETWEB_FLAGS) -pthread \
		-c -o $(@D)/civetweb.o $(@D)/source/src/civetweb.c
	$(AR) rcs $@ $(@D)/civetweb.o
