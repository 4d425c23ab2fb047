using System;

namespace NanoLibp2p.NFUnitTest
{
    /// <summary>The power went: nothing is written any more.</summary>
    internal sealed class PowerCutException : Exception
    {
    }
}
