using System;
using System.IO;

namespace NanoLibp2p.Frames.Gateway;

/// <summary>A store that can't be used: what is wrong with it, and what to do.</summary>
public sealed class FrameStoreException : IOException
{
    /// <summary>With no more than the type's name.</summary>
    public FrameStoreException()
    {
    }

    /// <summary>With a message.</summary>
    public FrameStoreException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and its cause.</summary>
    public FrameStoreException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
