using System;

namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>A store did not do what it was asked. The message says what happened, where, and what to do; it has no peer in it.</summary>
public sealed class PostboxStoreException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="fault">Why.</param>
    /// <param name="message">For the operator.</param>
    /// <param name="inner">What it comes from; null for nothing.</param>
    public PostboxStoreException(StoreFault fault, string message, Exception? inner = null)
        : base(message, inner) => Fault = fault;

    /// <summary>Why.</summary>
    public StoreFault Fault { get; }
}
