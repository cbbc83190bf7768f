/* Compiled with mingw-w64, whose fwpmu.h says how Windows lays its structures out: what compiles is equal. */
#define _WIN32_WINNT 0x0A00
#include <winsock2.h>
#include <windows.h>
#include <fwpmu.h>
#include <stddef.h>
#include "abi.h"

#define SIZE(ours, theirs) _Static_assert(sizeof(ours) == sizeof(theirs), #theirs);
#define AT(ours, a, theirs, b) _Static_assert(offsetof(ours, a) == offsetof(theirs, b), #theirs "." #b);

SIZE(Filter, FWPM_FILTER0)
SIZE(Condition, FWPM_FILTER_CONDITION0)
SIZE(Sublayer, FWPM_SUBLAYER0)
SIZE(Provider, FWPM_PROVIDER0)
SIZE(Session, FWPM_SESSION0)
SIZE(Value, FWP_VALUE0)
SIZE(Value, FWP_CONDITION_VALUE0)
SIZE(Range, FWP_RANGE0)
SIZE(V4Mask, FWP_V4_ADDR_AND_MASK)
SIZE(V6Mask, FWP_V6_ADDR_AND_MASK)
SIZE(Blob, FWP_BYTE_BLOB)
SIZE(Action, FWPM_ACTION0)
AT(Filter, display, FWPM_FILTER0, displayData)
AT(Filter, flags, FWPM_FILTER0, flags)
AT(Filter, provider, FWPM_FILTER0, providerKey)
AT(Filter, providerData, FWPM_FILTER0, providerData)
AT(Filter, layer, FWPM_FILTER0, layerKey)
AT(Filter, sublayer, FWPM_FILTER0, subLayerKey)
AT(Filter, weight, FWPM_FILTER0, weight)
AT(Filter, count, FWPM_FILTER0, numFilterConditions)
AT(Filter, conditions, FWPM_FILTER0, filterCondition)
AT(Filter, action, FWPM_FILTER0, action)
AT(Filter, context, FWPM_FILTER0, rawContext)
AT(Filter, reserved, FWPM_FILTER0, reserved)
AT(Filter, id, FWPM_FILTER0, filterId)
AT(Filter, effectiveWeight, FWPM_FILTER0, effectiveWeight)
AT(Condition, match, FWPM_FILTER_CONDITION0, matchType)
AT(Condition, value, FWPM_FILTER_CONDITION0, conditionValue)
AT(Sublayer, provider, FWPM_SUBLAYER0, providerKey)
AT(Sublayer, weight, FWPM_SUBLAYER0, weight)
AT(Provider, service, FWPM_PROVIDER0, serviceName)
AT(Session, wait, FWPM_SESSION0, txnWaitTimeoutInMSec)
