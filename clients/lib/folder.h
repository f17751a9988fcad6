#ifndef LIB_FOLDER_H
#define LIB_FOLDER_H

#include "lib/adapter.h"
#include "lib/delivery.h"

/*
 * The duty that police, dps and municipality have in common: complete files of a folder are moved
 * into a spool and sent from there.
 */
struct folder;

struct folder_setup {
	struct adapter *adapter;
	const char *folder; /* watched; lives as long as the adapter */
	long settle_ms;
	const char *spool; /* the duty's name and its directory below the spool's */
	/* as struct delivery's */
	enum verdict (*send)(struct delivery *d, struct arena *a, const struct spool_item *item,
			     struct reply *out, json_t *receipt);
	void *context; /* the sender's; lives as long as the adapter */
};

/* Adds the duty; its state is a struct folder. False and `*why`. */
bool folder_add(const struct folder_setup *setup, const char **why);

struct spool *folder_spool(struct folder *f);

#endif
