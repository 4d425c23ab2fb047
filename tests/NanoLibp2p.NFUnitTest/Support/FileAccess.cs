namespace System.IO
{
    /// <summary>As System.IO has it.</summary>
    internal enum FileAccess
    {
        Read = 1,
        Write = 2,
    }
}
