// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import io.kotest.core.spec.style.FunSpec

/** What every kind of executor owes to coroutines. */
internal abstract class BridgeContract(kind: Kind) :
    FunSpec({
        extension(Tidy())
        timeout = 120_000
        if (kind.exists) {
            include(callContract(kind))
            include(callCancellationContract(kind))
            include(awaitContract(kind))
            include(deferredContract(kind))
            include(asyncOnContract(kind))
        }
    })

internal class ThreadPoolBridgeSpec : BridgeContract(Kind.POOL)

internal class BoundedPoolBridgeSpec : BridgeContract(Kind.BOUNDED)

internal class ViewBridgeSpec : BridgeContract(Kind.VIEW)

internal class AdapterBridgeSpec : BridgeContract(Kind.ADAPTED)

internal class AdapterViewBridgeSpec : BridgeContract(Kind.ADAPTED_VIEW)

internal class VirtualThreadsBridgeSpec : BridgeContract(Kind.VIRTUAL)
